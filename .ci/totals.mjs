// A Jasmine reporter beside the usual one: names the ten slowest specs, and prints as the last line the `N passed, N failed` that
// .ci/runner.mjs adds up. Files that do not load, errors outside of specs and an incomplete run count as failures.

export function totals() {
  const count = { passed: 0, failed: 0, pending: 0, excluded: 0 };
  const took = [];
  return {
    reporterCapabilities: { parallel: true },
    specDone({ fullName, status, duration }) {
      count[status] += 1;
      took.push({ fullName, seconds: duration / 1000 });
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
      const slowest = took.sort((a, b) => b.seconds - a.seconds).slice(0, 10);
      for (const { fullName, seconds } of slowest) if (seconds > 1) console.log(`${seconds.toFixed(1)} s  ${fullName}`);
      console.log(`${count.passed} passed, ${count.failed} failed`);
    },
  };
}
