// Loaded into every process that the demo starts (`node --import`): when the demo dies, however suddenly, its end of
// the pipe closes and the process ends as well. So none is ever left behind.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
if (!process.connected) process.exit(); // it died before this was read
