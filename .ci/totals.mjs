// A Jasmine reporter beside the usual one: names slow specs, and prints as the last line the `N passed, N failed` that
// .ci/test.mjs adds up. Files that do not load, errors outside of specs and an incomplete run count as failures.

export function totals() {
  const count = { passed: 0, failed: 0, pending: 0, excluded: 0 };
  const slow = [];
  return {
    specDone({ fullName, status, duration }) {
      count[status] += 1;
      if (duration > 1000) slow.push(`slow: ${(duration / 1000).toFixed(1)} s  ${fullName}`);
    },
    suiteDone({ failedExpectations }) {
      count.failed += failedExpectations.length; // an afterAll's
    },
    jasmineDone({ overallStatus, incompleteReason, failedExpectations }) {
      count.failed += failedExpectations.length;
      // Focused specs (fit, fdescribe) and "no specs found" make a run incomplete. So does a filter: that one is asked for.
      if (overallStatus === 'incomplete' && !process.argv.some((arg) => arg.startsWith('--filter'))) {
        count.failed += 1;
        console.log(`✗ the run is incomplete: ${incompleteReason}`);
      }
      for (const line of slow) console.log(line);
      console.log(`${count.passed} passed, ${count.failed} failed`);
    },
  };
}
