// What costs the same however much there is beside it: the same traffic with few and with very many topics, open calls
// and registrations. Setting up so many takes longer than measuring.

const KINDS = ['topics', 'open-calls', 'registrations'];
const SIZES = [1, 1000, 100_000];

/** One scenario for each kind and size; `runs` makes what runs by kind. The smallest is what the others grow from. */
export const flatScenarios = (titles, runs) =>
  Object.fromEntries(
    KINDS.flatMap((kind) =>
      SIZES.map((size) => [
        `${kind}-${size}`,
        {
          title: `${titles[kind]}: ${size}`,
          run: runs[kind](size),
          flat: size === SIZES[0] ? {} : { from: `${kind}-${SIZES[0]}` },
          clients: ['rxwamp', 'raw'],
          // milliseconds, at about 15 µs each
          setup: size * 0.015,
        },
      ]),
    ),
  );
