// An older part of the program.
exports.WampClient = require('rxwamp').WampClient;
