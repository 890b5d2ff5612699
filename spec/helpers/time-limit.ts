// Loaded before the specs: what hangs shall fail, what only runs on a slow machine shall not.
jasmine.DEFAULT_TIMEOUT_INTERVAL = 30_000; // ms
