/**
 * How many requests of one kind may be unanswered at a time. Routers drop replies that exceed the queue of a session, and that
 * of nexus holds 64.
 */
export const REQUEST_WINDOW = 50;
