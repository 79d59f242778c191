/** `rapport serve`, and the demo, as processes of their own. */
import type { Outcome, Workplace } from './rapport';

export interface Serving {
  readonly url: string;
  /** Shown at the first start only. */
  readonly key: string | undefined;
  readonly pid: number;
  /** What was printed so far. */
  readonly said: () => string;
  readonly get: (path: string, key?: string) => Promise<Response>;
  /** Ends it by a signal. */
  readonly end: (signal?: NodeJS.Signals) => Promise<Outcome>;
}

/** Starts a command that serves, on a free port, and waits until it says where. */
export const serving = async (place: Workplace, command: string, ...args: readonly string[]): Promise<Serving> => {
  const { child, outcome } = place.start([command, '--port', '0', ...args]);
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: string): void => {
      said += text;
      // The last line of what is told at the start.
      const found = /Rapport serves (\S+)[\s\S]*ruleset .*\n/.exec(said);
      if (found !== null) resolve(found[1]);
    };
    child.stderr?.on('data', hear);
    child.stdout?.on('data', (text: string) => {
      said += text;
    });
    void outcome.then(({ code, stderr }) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
  const key = /rapport_\S+/.exec(said)?.[0];
  return {
    url,
    key,
    pid: child.pid!,
    said: () => said,
    get: (path, other = key) =>
      fetch(url + path, { headers: other === undefined ? {} : { authorization: `Bearer ${other}` } }),
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return outcome;
    },
  };
};

/** A touchpoint as it is sent over HTTP. */
export const touchpoint = (id: string, customer: string, time = '2026-01-05T10:00:00Z') => ({
  specversion: '1.0',
  id,
  source: 'shop',
  type: 'touchpoint.order.completed.v1',
  subject: customer,
  time,
  data: { orderId: `o-${id}`, total: 50 },
});

export const send = (url: string, key: string | undefined, ...touchpoints: readonly object[]): Promise<Response> =>
  fetch(`${url}/v1/touchpoints`, {
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents-batch+json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(touchpoints),
  });

export const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
};
