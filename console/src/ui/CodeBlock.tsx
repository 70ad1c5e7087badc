import { CopyButton } from "./Copyable.tsx";

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long line scrolls, so the keyboard must reach it */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {code}
      </pre>
      <CopyButton text={code} what={label} />
    </div>
  );
}
