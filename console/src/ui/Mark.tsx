export type Tone = "ok" | "warn" | "danger" | "busy" | "quiet";

/** A state: shape and word first, colour second. */
export function Mark({ tone, children, title }: { tone: Tone; children: string; title?: string }) {
  return (
    <span className="mark" data-tone={tone} title={title}>
      <span className="mark-shape" aria-hidden="true" />
      {children}
    </span>
  );
}
