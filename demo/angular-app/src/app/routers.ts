/** Where the routers of backend.mjs are. */
export const ROUTERS = { shop: 'ws://localhost:8080', office: 'ws://localhost:8081' };
