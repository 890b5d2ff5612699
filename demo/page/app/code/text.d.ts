/** The text of a file, which the build puts into the page. */
declare module '*?text' {
  const text: string;
  export default text;
}
