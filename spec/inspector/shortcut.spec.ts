import { isPressed, SHORTCUT } from '../../src/inspector/shortcut.ts';

describe('a shortcut', () => {
  const pressed = (shortcut: string, event: Partial<KeyboardEvent>): boolean =>
    isPressed(shortcut, {
      altKey: false,
      ctrlKey: false,
      metaKey: false,
      shiftKey: false,
      code: '',
      key: '',
      ...event,
    } as KeyboardEvent);

  it('is a key, with modifiers by name', () => {
    expect(['F9', 'w', 'Alt+Shift+W', 'Ctrl+Meta+Enter'].every(SHORTCUT.test)).toBeTrue();
    expect(['', 'Alt+', 'Hyper+W', 'alt+W', 7].some(SHORTCUT.test)).toBeFalse();
  });

  it('is pressed with its modifiers alone', () => {
    expect(pressed('Alt+Shift+W', { altKey: true, shiftKey: true, key: 'W' })).toBeTrue();
    expect(pressed('Alt+Shift+W', { altKey: true, key: 'w' })).toBeFalse();
    expect(pressed('F9', { key: 'F9' })).toBeTrue();
    expect(pressed('F9', { key: 'F9', ctrlKey: true })).toBeFalse();
  });

  it('knows the key where Alt makes another letter of it', () => {
    expect(pressed('Alt+W', { altKey: true, key: '∑', code: 'KeyW' })).toBeTrue();
  });
});
