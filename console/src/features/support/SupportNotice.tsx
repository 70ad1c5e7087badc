import { useQuery } from "@tanstack/react-query";
import { useAction } from "../../api/use-action.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { decideVisit, type VisitVerb, visitsQuery, visitTouches } from "./queries.ts";

/** Above every room while support acts in the tenant, or asks to: whoever may see it sees it, and may end it. */
export function SupportNotice({ tenantId, mayDecide }: { tenantId: string; mayDecide: boolean }) {
  const { support: text } = useMessages();
  const formats = useFormats();
  const visits = useQuery(visitsQuery(tenantId)).data?.items ?? [];
  const decide = useAction({
    run: (input: { id: string; verb: VisitVerb }, key) => decideVisit(tenantId, input, key),
    touches: visitTouches(tenantId),
  });
  const button = (id: string, verb: VisitVerb, look?: "danger" | "primary") => (
    <Button
      key={verb}
      {...(look ? { look } : {})}
      isBusy={decide.isPending && decide.variables?.id === id && decide.variables.verb === verb}
      onClick={() => decide.mutate({ id, verb })}
    >
      {text.verbs[verb]}
    </Button>
  );
  return (
    <>
      {visits.map(({ id, state, operatorName, reason, scope, durationMinutes, endsAt }) => {
        if (state === "active" && endsAt)
          return (
            <Notice
              key={id}
              tone="warn"
              title={text.acting(operatorName, formats.dateTime(endsAt))}
              actions={mayDecide && button(id, "end", "danger")}
            >
              {text.why(text.scopes[scope], reason)}
            </Notice>
          );
        if (state !== "requested" || !mayDecide) return null;
        return (
          <Notice
            key={id}
            tone="info"
            title={text.asks(operatorName, durationMinutes)}
            actions={[button(id, "consent", "primary"), button(id, "decline")]}
          >
            {text.why(text.scopes[scope], reason)}
          </Notice>
        );
      })}
      {decide.isError && <ProblemNote error={decide.error} />}
    </>
  );
}
