/**
 * A custom element that shows a client at work, and a drawer for it.
 *
 * @packageDocumentation
 */
import { defineInspector } from './element.ts';

export { defineInspector, RxwampInspector } from './element.ts';
export { openInspector, type InspectorDrawer, type InspectorOptions } from './drawer.ts';
export type { Inspectable } from './inspectable.ts';

defineInspector();
