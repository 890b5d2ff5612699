// What must hold when the faults have ceased.
import { setTimeout as wait } from 'node:timers/promises';
import { firstValueFrom, take, timeout } from 'rxjs';
import { TOPICS } from './party.mjs';

/** Milliseconds within which all must be well again. */
const PATIENCE = 20_000;

/** Waits until something holds; false where it does not in time. */
export async function until(holds, patience = PATIENCE) {
  for (const late = performance.now() + patience; performance.now() < late; await wait(5)) if (holds()) return true;
  return holds();
}

/** Waits until all clients are joined with all streams, and all that was begun has ended. */
export async function quiet(parties, ledger) {
  const ill = () => parties.filter((party) => !party.healed);
  const running = () => parties.filter(({ invocations, stopped }) => invocations !== stopped);
  // all at once: a link that the faults have ended may be noticed late
  if (await until(() => ill().length === 0 && ledger.openCount === 0 && running().length === 0)) return;
  const states = ill().map(({ state }) => state);
  if (states.length > 0) ledger.violated('not all clients and streams came back', states.join('; '));
  for (const [kind, left] of ledger.open)
    if (left > 0) ledger.violated(`${kind}: not ended after the faults`, `${left}`);
  const names = running().map(({ name }) => name);
  if (names.length > 0) ledger.violated('invocations go on though their calls have ended', names.join());
}

let trials = 0;

/** Every stream delivers, every procedure answers, and what was retained last is given. */
export async function tryAll(parties, ledger) {
  const trial = ++trials;
  const [publisher] = parties.slice(trial % parties.length);
  const answer = (source) => firstValueFrom(source.pipe(timeout(PATIENCE)));
  const failed = (what) => (error) => ledger.violated(`${what} failed after the faults`, error.message);
  const options = { acknowledge: true, excludeMe: false, retain: true };
  const publish = (topic) =>
    answer(publisher.wamp.publish(topic, [], { trial }, options)).catch(failed('a publication'));
  await Promise.all(TOPICS.map(publish));
  const deaf = () => parties.flatMap(({ hearings }) => hearings).filter(({ tried }) => tried !== trial);
  if (!(await until(() => deaf().length === 0)))
    ledger.violated(
      'a stream does not deliver after the faults',
      deaf()
        .map(({ name }) => name)
        .join('; '),
    );
  await Promise.all(
    parties.flatMap(({ name, wamp }, i) => {
      const caller = parties[(i + trial) % parties.length].wamp;
      const echoed = answer(caller.call(`chaos.${name}.echo`, [trial])).then(({ value }) => {
        if (value !== trial) ledger.violated('a procedure answers wrongly after the faults', name);
      });
      // not observed yet, and observed by all
      const retained = [TOPICS[0], TOPICS[4]].map((topic) =>
        answer(wamp.subscribe(topic, { getRetained: true }).pipe(take(1))).then(({ kwargs, details }) => {
          if (kwargs.trial !== trial || !details.retained)
            ledger.violated('another event than the last one was retained', `${name}, ${topic}`);
        }),
      );
      return [echoed.catch(failed('a call')), ...retained.map((each) => each.catch(failed('a retained event')))];
    }),
  );
}

/** Publications against what the router received. */
export function audit({ reports }, { received }, ledger) {
  for (const [key, report] of reports) {
    const times = received.get(key) ?? 0;
    const right = report === 'acknowledged' ? times === 1 : report === 'unknown' ? times <= 1 : times === 0;
    if (!right) ledger.violated(`a publication reported as ${report} arrived ${times} times`, key);
    ledger[report] = (ledger[report] ?? 0) + 1;
  }
  for (const key of received.keys())
    if (!reports.has(key)) ledger.violated('a publication without a report arrived', key);
  reports.clear();
  received.clear();
}
