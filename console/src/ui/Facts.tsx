import type { ReactNode } from "react";

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
  readonly hint?: string;
}

/** Names left, values right: the plain way to show one object. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map((fact) => (
        <div key={fact.label} className="fact">
          <dt>{fact.label}</dt>
          <dd>
            {fact.value}
            {fact.hint && <div className="quiet fact-hint">{fact.hint}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
