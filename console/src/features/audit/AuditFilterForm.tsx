import { type FormEvent, useId, useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { SelectField, TextField } from "../../ui/fields.tsx";
import { TimeField } from "../../ui/TimeField.tsx";
import { type AuditFilters, kinds, outcomes, parseAuditFilters } from "./queries.ts";

interface AuditFilterFormProps {
  readonly filters: AuditFilters;
  /** On a tenant's own page the tenant is known. */
  readonly hasTenant: boolean;
  readonly isFiltered: boolean;
  readonly onApply: (filters: AuditFilters) => void;
}

const spansMs = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const;
type Span = keyof typeof spansMs;
const more = ["tenantId", "onBehalfOf", "resource", "kind", "ip", "session", "requestId"] as const;

/** Exact values, so texts apply on Enter: half an action or an ID would match nothing. Choices apply at once. */
export function AuditFilterForm({ filters, hasTenant, isFiltered, onApply }: AuditFilterFormProps) {
  const { audit, general } = useMessages();
  const [draft, setDraft] = useState(filters);
  const [followed, setFollowed] = useState(filters);
  const isTimed = filters.from !== undefined || filters.to !== undefined;
  const needsMore = isTimed || more.some((name) => filters[name] !== undefined);
  const [isWide, setIsWide] = useState(needsMore);
  // Back, forward and links change the address; the form follows and keeps the focus.
  if (JSON.stringify(followed) !== JSON.stringify(filters)) {
    setFollowed(filters);
    setDraft(filters);
    if (needsMore) setIsWide(true);
  }
  const id = useId();
  const apply = (next: AuditFilters) => onApply(parseAuditFilters({ ...next }));
  function submit(event: FormEvent) {
    event.preventDefault();
    apply(draft);
  }
  const text = (name: Exclude<keyof AuditFilters, "outcome" | "kind">, placeholder?: string) => (
    <TextField
      label={audit.fields[name]}
      placeholder={placeholder}
      value={draft[name] ?? ""}
      onChange={(value) => setDraft({ ...draft, [name]: value })}
      isMono
    />
  );
  return (
    <search>
      <form className="stack" onSubmit={submit}>
        <div className="audit-filters">
          {text("action", "tenant.read")}
          {text("actor", "user:…")}
          <SelectField
            label={audit.fields.outcome}
            value={draft.outcome ?? ""}
            onChange={(outcome) => apply({ ...draft, outcome: outcome as AuditFilters["outcome"] })}
            choices={[
              { value: "", label: audit.any },
              ...outcomes.map((value) => ({ value, label: audit.outcomes[value] ?? value })),
            ]}
          />
          <SelectField
            label={audit.period}
            value={isTimed ? "own" : ""}
            onChange={(span) => {
              if (span === "own") return setIsWide(true);
              const from = spansMs[span as Span];
              apply({
                ...draft,
                from: from ? new Date(Date.now() - from).toISOString() : undefined,
                to: undefined,
              });
            }}
            choices={[
              { value: "", label: audit.periods.all },
              ...(Object.keys(spansMs) as Span[]).map((value) => ({ value, label: audit.periods[value] })),
              { value: "own", label: audit.periods.own },
            ]}
          />
          <div className="row audit-filter-acts">
            <Button type="submit">{audit.apply}</Button>
            <Button look="bare" aria-expanded={isWide} aria-controls={id} onClick={() => setIsWide(!isWide)}>
              {isWide ? audit.fewerFilters : audit.moreFilters}
            </Button>
            {isFiltered && (
              <Button look="bare" onClick={() => onApply({})}>
                {general.clearFilters}
              </Button>
            )}
          </div>
        </div>
        <div className="audit-filters" id={id} hidden={!isWide}>
          {hasTenant && text("tenantId")}
          {text("resource", "tenant:…")}
          {text("ip", "192.0.2.7")}
          {text("session")}
          {text("requestId")}
          {text("onBehalfOf", "user:…")}
          <SelectField
            label={audit.fields.kind}
            value={draft.kind ?? ""}
            onChange={(kind) => apply({ ...draft, kind: kind as AuditFilters["kind"] })}
            choices={[
              { value: "", label: audit.any },
              ...kinds.map((value) => ({ value, label: audit.kinds[value] ?? value })),
            ]}
          />
          <TimeField
            label={audit.fields.from}
            value={draft.from}
            onChange={(from) => setDraft({ ...draft, from })}
          />
          <TimeField label={audit.fields.to} value={draft.to} onChange={(to) => setDraft({ ...draft, to })} />
        </div>
      </form>
    </search>
  );
}
