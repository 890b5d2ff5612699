/** What an inspector says where it has nothing to render with. */
export const ADVICE = 'The inspector renders with lit 3, which could not be loaded: npm install lit';

/** The advice for the page, with the slot of the controls that the header would have. */
export function notice(cause: unknown): HTMLElement {
  const element = document.createElement('div');
  element.setAttribute('role', 'alert');
  element.style.cssText =
    'block-size: 100%; box-sizing: border-box; padding: 12px; overflow: auto; background: Canvas; color: CanvasText; font: 14px/1.5 system-ui, sans-serif';
  const actions = document.createElement('slot');
  actions.name = 'actions';
  actions.style.cssText = 'display: block; float: inline-end';
  const line = (text: string, opacity: string): HTMLElement =>
    Object.assign(document.createElement('div'), { textContent: text, style: `opacity: ${opacity}` });
  element.append(actions, line(ADVICE, '1'), line(String(cause), '.8'));
  return element;
}
