/** The files that a page gives in full: each one's name ends the sentence before its block. */
export function filesOf(page: string): Map<string, string> {
  const blocks = page.matchAll(/`(?<name>[\w.]+)`:\n\n```\w+\n(?<content>[\s\S]*?)^```$/gm);
  return new Map([...blocks].map(({ groups: { name = '', content = '' } = {} }) => [name, content]));
}

/** The rows of the table in a section, without its head. */
export function rowsOf(section: string): string[][] {
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll(/^[`<]|[`>]$/g, '')),
  );
}

/** What Relay's plugin for Babel makes of a module: its documents come from the compiler's artifacts. */
export function withArtifacts(module: string): string {
  const names: string[] = [];
  const body = module.replaceAll(/graphql`\s*\w+ (\w+)[^`]*`/g, (_, name: string) => {
    names.push(name);
    return `artifactOf_${name}`;
  });
  return [...names.map((name) => `import artifactOf_${name} from './__generated__/${name}.graphql';`), body].join('\n');
}
