// The program that bundlers are given. Its outcome is for the check, which runs it in a browser.
import { WampClient } from 'rxwamp';
import { WampClient as required } from './legacy.cjs';
import { scenario } from './scenario.js';

globalThis.outcome = scenario().then((wrong) =>
  WampClient === required ? wrong : [...wrong, 'require() gives another copy of WampClient'],
);
