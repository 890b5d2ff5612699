// The browser's entry: karma.conf.js puts an import of every spec here, except those of spec/node, cli, interop and bench.
export {};
