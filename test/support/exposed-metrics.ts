/** A series that a process shows to Prometheus, with its labels. */
export interface ExposedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The series in the text that a `/metrics` answers. */
export function seriesIn(text: string): ExposedSeries[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ name: /^[a-z_]+/.exec(line)?.[0] ?? '', labels: labelsIn(line) }));
}

/** What a query of Prometheus asks for and no process shows: metrics, and values of labels. */
export function notExposed(query: string, exposed: readonly ExposedSeries[]): string[] {
  const selectors = [...query.matchAll(/(lacuna_[a-z_]+)(?:\{([^}]*)\})?/g)];
  return selectors.flatMap(([whole, name = '', matchers = '']) => {
    const series = exposed.filter((one) => one.name === name);
    if (series.length === 0) return [name];
    const wanted = [...matchers.matchAll(/(\w+)=~?"([^"]*)"/g)].flatMap(([, label = '', values = '']) =>
      values.split('|').map((value) => [label, value] as const),
    );
    const missing = wanted.filter(([label, value]) => !series.some(({ labels }) => labels[label] === value));
    return missing.map(([label, value]) => `${whole}: ${label} is never ${value}`);
  });
}

/** Labels by which a query groups and that no series of its metrics has. */
export function notGroupable(query: string, exposed: readonly ExposedSeries[]): string[] {
  return [...query.matchAll(/by \((\w+)\) \(\w+\((lacuna_[a-z_]+)/g)].flatMap(([whole, label = '', name = '']) =>
    exposed.some((series) => series.name === name && label in series.labels) ? [] : [whole],
  );
}

function labelsIn(line: string): Record<string, string> {
  return Object.fromEntries([...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
}
