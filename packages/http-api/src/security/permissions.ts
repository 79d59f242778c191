/** Gives every route its permission when it is registered. */
import type { Principal, Role } from '@rapport/access';
import type { FastifyInstance } from 'fastify';
import { type Permission, permissionOf } from './permission-table';

declare module 'fastify' {
  interface FastifyContextConfig extends Partial<Permission> {}
  interface FastifyInstance {
    /** Every route that was registered after `registerSecurity`, and who may use it. */
    readonly permissions: readonly RoutePermission[];
  }
}

export interface RoutePermission extends Permission {
  readonly method: string;
  readonly url: string;
}

/**
 * From now on every route must stand in the table of permissions, which is where its `config.allow` and
 * `config.personalData` come from. A route may say them itself too, for its readers; they must agree.
 *
 * @throws while the route is registered, so that an app with a forgotten route does not start
 */
export const givePermissions = (app: FastifyInstance): void => {
  const given: RoutePermission[] = [];
  app.decorate('permissions', given);
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      const name = `${method} ${route.url}`;
      const permission = permissionOf(method, route.url);
      if (permission === undefined)
        throw new Error(`The route ${name} has no permission: add it to security/permission-table.ts.`);
      const { allow, personalData } = route.config ?? {};
      if (
        (allow !== undefined && !sameRoles(allow, permission.allow)) ||
        (personalData !== undefined && personalData !== permission.personalData)
      )
        throw new Error(`The route ${name} says other permissions than security/permission-table.ts. Take them away.`);
      route.config = { ...route.config, ...permission };
      given.push({ method, url: route.url, ...permission });
    }
  });
};

const sameRoles = (one: Permission['allow'], other: Permission['allow']): boolean =>
  [one].flat().filter(isNotAdmin).sort().join() === [other].flat().filter(isNotAdmin).sort().join();

const isNotAdmin = (role: Role | 'public'): boolean => role !== 'admin';

/** The roles that may, `admin` among them. */
export const rolesThatMay = (allow: readonly Role[]): readonly Role[] => [...new Set<Role>([...allow, 'admin'])];

export const mayUse = (principal: Principal, allow: readonly Role[]): boolean =>
  rolesThatMay(allow).some((role) => principal.roles.includes(role));
