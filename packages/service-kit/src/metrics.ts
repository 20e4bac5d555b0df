/** The labels of a metric and the values that each may have. An empty list = values not known beforehand; keep those few. */
type LabelValues = Readonly<Record<string, readonly string[]>>;
/** One value for each label. */
type Labels<L extends LabelValues> = {
  readonly [K in keyof L]: L[K] extends readonly [] ? string : L[K][number];
};

interface Counter<L extends LabelValues> {
  /** Adds, one by default. */
  add(labels: Labels<L>, by?: number): void;
}

interface Series {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  /** Value by the labels as they are printed. */
  readonly values: Map<string, number>;
  read?: () => number;
}

/**
 * The counters and gauges of a process, as Prometheus reads them. Every combination of known label values is there with 0 from the
 * start: a rate over a series that appears with its first error misses that error.
 */
export class Metrics {
  readonly #series = new Map<string, Series>();

  /** A value that only grows. The same name twice is the same counter, so that services in one process can share it. */
  counter<const L extends LabelValues>(name: string, help: string, labels: L): Counter<L> {
    const series = this.#register('counter', name, help, labels);
    return {
      add(given, by = 1) {
        const key = labelText(series.labels, given);
        series.values.set(key, (series.values.get(key) ?? 0) + by);
      },
    };
  }

  /** A value that goes up and down, without labels: it is read when somebody asks. */
  observe(name: string, help: string, read: () => number): void {
    this.#register('gauge', name, help, {}).read = read;
  }

  /** The Prometheus text format, version 0.0.4. */
  text(): string {
    return [...this.#series].map(([name, series]) => seriesText(name, series)).join('');
  }

  #register(type: Series['type'], name: string, help: string, labels: LabelValues): Series {
    const names = Object.keys(labels).sort();
    const known = this.#series.get(name);
    if (known !== undefined) {
      if (known.type === type && known.labels.join() === names.join()) return known;
      throw new Error(`metric ${name} is registered already, as another one`);
    }
    const values = new Map(combinations(names, labels).map((given) => [labelText(names, given), 0]));
    const series: Series = { type, help, labels: names, values };
    this.#series.set(name, series);
    return series;
  }
}

function seriesText(name: string, { type, help, values, read }: Series): string {
  const samples = read === undefined ? [...values] : [['', read()] as const];
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function combinations(names: readonly string[], labels: LabelValues): Record<string, string>[] {
  return names.reduce<Record<string, string>[]>(
    (all, name) => all.flatMap((given) => (labels[name] ?? []).map((value) => ({ ...given, [name]: value }))),
    [{}],
  );
}

function labelText(names: readonly string[], given: Readonly<Record<string, string>>): string {
  if (names.length === 0) return '';
  return `{${names.map((name) => `${name}="${escaped(given[name] ?? '')}"`).join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
