// Counts messages, and takes the figures of the window that follows the warm-up. Asking for the time costs as much as
// some messages do, so it is asked for about once a millisecond.

/** A meter for a cell; `step(n)` is called for every n messages and is false when there is enough, `figures` is the outcome. */
export function makeMeter({ warm, window, payload }) {
  // compiled code needs its number of messages, however slow the machine is just now
  const enough = payload === 'small' ? 20_000 : 300;
  const patience = performance.now() + warm * 4;
  let count = 0;
  let stride = 1;
  let check = 1;
  let last = performance.now();
  let end = last + warm;
  let began;
  let over = false;
  let resolve;
  const figures = new Promise((done) => (resolve = done));

  const look = () => {
    const now = performance.now();
    if (now - last < 0.5) stride *= 2;
    else if (now - last > 2 && stride > 1) stride /= 2;
    last = now;
    check = count + stride;
    if (now < end || (began === undefined && count < enough && now < patience)) return;
    if (began === undefined) {
      began = { now, count, cpu: process.cpuUsage() };
      end = now + window;
      return;
    }
    over = true;
    const { user, system } = process.cpuUsage(began.cpu);
    const messages = count - began.count;
    resolve({ rate: (messages / (now - began.now)) * 1000, cpu: (user + system) / messages, messages });
  };

  const step = (n) => {
    count += n;
    if (count >= check) look();
    return !over;
  };
  return { step, figures };
}
