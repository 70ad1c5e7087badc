import { useQuery } from "@tanstack/react-query";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { knownFactors } from "../account/known-factors.ts";
import { MethodsPage } from "../account/MethodsPage.tsx";
import { ProveStep } from "../account/ProveStep.tsx";
import { factorsQuery } from "../account/queries.ts";
import { sessionQuery } from "./queries.ts";

/** An operator's second factors; where the platform demands one, what is missing stands above. */
export function StaffMethodsPage() {
  const session = useQuery(sessionQuery).data;
  return (
    <>
      {session?.isMfaMissing && <Demand />}
      <MethodsPage isStaff />
    </>
  );
}

function Demand() {
  const { demanded: text } = useMessages().session;
  const factors = useQuery(factorsQuery).data;
  const known = factors ? knownFactors(factors) : [];
  return (
    <div className="narrow stack">
      <Notice tone="warn" title={text.title}>
        {known.length > 0 ? text.prove : text.add}
      </Notice>
      {known.length > 0 && <ProveStep known={known} />}
    </div>
  );
}
