// A page whose Content-Security-Policy has no 'unsafe-eval': cbor-x could make functions of text, and must not have to.

interface Report {
  readonly mayMakeCode: boolean;
  readonly message: unknown;
  readonly came: readonly unknown[];
  readonly list: unknown;
  readonly blocked: readonly string[];
}

describe('a page without unsafe-eval', () => {
  let frame: HTMLIFrameElement;
  let report: Report;

  beforeAll(async () => {
    const script = `${location.origin}/base/spec/browser/csp.page.js`;
    frame = document.createElement('iframe');
    frame.srcdoc = `
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${location.origin}">
      <script type="module" src="${script}"></script>`;
    report = await new Promise((resolve) => {
      addEventListener('message', function answered({ source, data }: MessageEvent<Report>) {
        if (source !== frame.contentWindow) return;
        removeEventListener('message', answered);
        resolve(data);
      });
      document.body.append(frame);
    });
  });
  afterAll(() => {
    frame.remove();
  });

  it('is one', () => {
    expect(report.mayMakeCode).toBeFalse();
  });

  it('writes and reads CBOR and MessagePack', () => {
    expect(report.came).toEqual([report.message, report.message]);
  });

  it('reads records, of which cbor-x would make functions, as the lists that they are', () => {
    expect(report.list).toEqual([57664, ['a'], 1]);
  });

  it('is reported two trials: its own, and that of cbor-x when it is loaded', () => {
    expect(report.blocked).toEqual(['eval', 'eval']);
  });
});
