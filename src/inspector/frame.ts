/** Runs an action in the next animation frame: once, however often it is requested. */
export class Frame {
  readonly #action: () => void;
  #handle = 0;

  constructor(action: () => void) {
    this.#action = action;
  }

  request(): void {
    this.#handle ||= requestAnimationFrame(() => {
      this.#handle = 0;
      this.#action();
    });
  }

  cancel(): void {
    cancelAnimationFrame(this.#handle);
    this.#handle = 0;
  }
}
