/** The least height of what is resized, in CSS pixels. */
const LEAST = 120;
const STEP = 24;

/** A handle at the upper edge of an element that resizes it: by pointer, and by the arrow keys. */
export function resizeHandle(target: HTMLElement): HTMLElement {
  const handle = document.createElement('div');
  handle.className = 'handle';
  handle.tabIndex = 0;
  handle.setAttribute('role', 'separator');
  handle.setAttribute('aria-orientation', 'horizontal');
  handle.setAttribute('aria-label', 'Height');
  const resize = (wanted: number): void => {
    const height = Math.round(Math.min(Math.max(LEAST, wanted), window.innerHeight));
    target.style.blockSize = `${height}px`;
    handle.setAttribute('aria-valuenow', String(height));
  };
  handle.setAttribute('aria-valuemin', String(LEAST));
  handle.setAttribute('aria-valuenow', String(Number.parseFloat(target.style.blockSize)));
  handle.addEventListener('pointerdown', (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener('pointermove', (event) => {
    if (handle.hasPointerCapture(event.pointerId)) resize(window.innerHeight - event.clientY);
  });
  handle.addEventListener('keydown', (event) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    resize(target.offsetHeight + direction * STEP);
  });
  return handle;
}
