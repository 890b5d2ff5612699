import { combineLatest, distinctUntilChanged, fromEvent, map, Observable, startWith } from 'rxjs';

/** Whether an element can be seen: it is rendered, within the viewport, and its page is not in the background. */
export function visible$(element: Element): Observable<boolean> {
  const intersecting$ = new Observable<boolean>((subscriber) => {
    const observer = new IntersectionObserver((entries) => subscriber.next(entries.at(-1)?.isIntersecting === true));
    observer.observe(element);
    return () => observer.disconnect();
  });
  const shown$ = fromEvent(document, 'visibilitychange').pipe(
    startWith(undefined),
    map(() => document.visibilityState === 'visible'),
  );
  return combineLatest([intersecting$, shown$]).pipe(
    map(([intersecting, shown]) => intersecting && shown),
    distinctUntilChanged(),
  );
}
