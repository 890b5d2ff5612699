// One cell in a process of its own: connects one client, runs one scenario, tells the figures. Started by main.mjs.
import { SCENARIOS } from './scenarios.mjs';

const cell = JSON.parse(process.argv[2]);
const [client, variant] = cell.client.split('-');
// the cost of an import alone, for comparison
if (variant === 'rxjs') await import('rxjs');
const { connect } = await import(`./clients/${client}.mjs`);
const connected = await connect({ ...cell, cork: variant === 'cork' });
const figures = await SCENARIOS[cell.scenario].run(connected, { ...cell, few: client === 'thruway' });
// sockets and timers of clients would hold the process
process.send(figures, () => process.exit(0));
