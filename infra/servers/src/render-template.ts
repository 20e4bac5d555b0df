import { readFile } from 'node:fs/promises';

/** The template with every `${name}` replaced by its value as JSON, which both YAML and the NATS format read as it is. */
export async function renderTemplate(
  template: URL,
  values: Readonly<Record<string, string | number>>,
): Promise<string> {
  const text = await readFile(template, 'utf8');
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${template.pathname} asks for \${${name}}, which has no value`);
    return JSON.stringify(value);
  });
}
