import { type AuthenticationFailure, type Principal, ROLES, type Role } from '@rapport/access';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { Refusal } from '../problem';
import { actorOf, addressOf, pathOf, routeName } from './audit-log';
import { mayUse, rolesThatMay } from './permissions';
import type { RateLimits } from './rate-limit';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller; undefined on public routes. */
    principal: Principal | undefined;
  }
}

/** The principal of every request where no keys are asked for. */
const ANYONE: Principal = { id: 'anyone', name: 'anyone (no keys are asked for)', kind: 'key', roles: ROLES };

/** Seconds until it is worth asking again whether the issuer of tokens is back. */
const ISSUER_RETRY_SECONDS = '5';

/** Requires a key or token whose roles may use the route; its owner is in `request.principal`. */
export const authenticate = (
  app: FastifyInstance,
  { access, telemetry }: Pick<ApiEngine, 'access' | 'telemetry'>,
  options: Pick<ApiOptions, 'authentication'>,
  limits: RateLimits,
): void => {
  const identify = async (request: FastifyRequest): Promise<Principal> => {
    const answer = await access.authenticate(onlyAuthorization(request));
    if (!isLeft(answer)) return answer.right;
    const failure = answer.left;
    await noteFailure(failure, request);
    throw refusalOfFailure(failure);
  };
  /** In the metrics and the audit log whatever it is; lines of the log are bounded. @throws Refusal for a guesser */
  const noteFailure = async (failure: AuthenticationFailure, request: FastifyRequest): Promise<void> => {
    telemetry.metrics.authenticationFailed(failure.kind);
    const say = (reason: string): void => request.log.warn({ reason, ...whence(request) }, 'authentication failed');
    // Says nothing of who asks.
    if (failure.kind === 'unavailable') return say(failure.reason);
    const address = addressOf(request);
    const keyId = failure.kind === 'invalid' ? failure.keyId : undefined;
    const action = 'authentication.failed';
    const first = access.refuse({ action, address, request: routeName(request), reason: failure.kind, keyId });
    if (failure.kind === 'missing') return first ? say('no key or token was sent') : undefined;
    // Before it is said: a guesser beyond the limit fills no logs.
    await limits.countWrongKey(request);
    say(failure.reason);
  };
  const refuseRole = (principal: Principal, allow: readonly Role[], request: FastifyRequest): Refusal => {
    const actor = actorOf(principal);
    const action = 'authorization.denied';
    const first = access.refuse({
      action,
      address: addressOf(request),
      request: routeName(request),
      actor,
      reason: 'role',
    });
    if (first) request.log.warn({ actor, ...whence(request) }, 'authorization denied');
    return forbidden(principal, allow);
  };
  app.decorateRequest('principal', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const { allow } = request.routeOptions.config;
    // Unknown paths need no key: the public OpenAPI document lists the routes anyway.
    if (request.is404 || allow === 'public') return;
    if (!options.authentication) refuseForeignName(request);
    const principal = options.authentication ? await identify(request) : ANYONE;
    request.principal = principal;
    await limits.countRequest(principal, request, reply);
    if (!mayUse(principal, allow ?? [])) throw refuseRole(principal, allow ?? [], request);
  });
};

/** For lines of the log. */
const whence = (request: FastifyRequest) => ({
  address: addressOf(request),
  method: request.method,
  path: pathOf(request),
});

const OWN_NAME = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i;

/**
 * Where no keys are asked for, every program that reaches this machine may read everything: any page in a browser on it could, by
 * a name of its own that it lets lead here. Such a name stands in `Host`.
 */
const refuseForeignName = ({ hostname }: FastifyRequest): void => {
  if (OWN_NAME.test(hostname)) return;
  throw new Refusal(
    'forbidden',
    `No keys are asked for here, so requests come to localhost only, not to "${hostname.slice(0, 100)}". Serve with keys to be reached by other names.`,
  );
};

/** Two of them could be read as one by a proxy and as the other here; then none is right. */
const onlyAuthorization = ({ raw, headers }: FastifyRequest): string | undefined => {
  if (headers.authorization === undefined) return undefined;
  const isAuthorization = (text: string, i: number): boolean => i % 2 === 0 && text.toLowerCase() === 'authorization';
  return raw.rawHeaders.filter(isAuthorization).length > 1 ? 'several' : headers.authorization;
};

const refusalOfFailure = ({ kind }: AuthenticationFailure): Refusal => {
  if (kind === 'unavailable')
    return new Refusal('unavailable', 'The issuer of tokens does not answer, so they cannot be checked. Try again.', {
      headers: { 'retry-after': ISSUER_RETRY_SECONDS },
    });
  const detail =
    kind === 'missing'
      ? 'Send a key as `Authorization: Bearer rapport_...`.'
      : 'The key or token is not valid here (any more). Ask an administrator for another one.';
  const challenge = `Bearer realm="rapport"${kind === 'invalid' ? ', error="invalid_token"' : ''}`;
  return new Refusal('unauthenticated', detail, { headers: { 'www-authenticate': challenge } });
};

const forbidden = (principal: Principal, allow: readonly Role[]): Refusal => {
  const has = principal.roles.length === 0 ? 'no role' : `only ${principal.roles.join(', ')}`;
  return new Refusal(
    'forbidden',
    `This needs the role ${rolesThatMay(allow).join(' or ')}; "${principal.name}" has ${has}.`,
  );
};
