/** What an error text ends with: where the package says what to do. The headings of src/client/errors.md; `.ci/links.mjs` compares. */
export const seeGuide = (heading: string): string => `; see rxwamp/src/client/errors.md#${heading}`;

/** Error URIs of WAMP that have a heading of their own there: their last words. */
const HEADINGS =
  /^wamp\.error\.(no_such_realm|no_such_procedure|not_authorized|authentication_failed|authentication_denied|no_auth_method|no_matching_auth_method|no_such_principal|procedure_already_exists)$/;

/** {@link seeGuide} for an error URI, where it has a heading. */
export const guideOf = (uri: string): string => {
  const heading = HEADINGS.exec(uri)?.[1];
  return heading === undefined ? '' : seeGuide(heading);
};
