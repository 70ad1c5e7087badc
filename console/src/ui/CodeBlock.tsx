import { CopyButton } from "./Copyable.tsx";

/** A long line scrolls sideways, so the section takes focus: the keyboard must reach it. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className="code-text" tabIndex={0} aria-label={label}>
        <pre>{code}</pre>
      </section>
      <CopyButton text={code} what={label} />
    </div>
  );
}
