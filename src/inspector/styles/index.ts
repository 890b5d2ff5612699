import { contents } from './contents.ts';
import { frame } from './frame.ts';
import { tokens } from './tokens.ts';

let sheet: CSSStyleSheet | undefined;

/** The style sheet that all inspectors of a page share. Made as an object, it needs no exception in a page's CSP. */
export function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(tokens + frame + contents);
  }
  return sheet;
}
