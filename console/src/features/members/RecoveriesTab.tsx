import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { StepUpProvider } from "../account/StepUp.tsx";
import { RecoveriesTable } from "../recovery/RecoveriesTable.tsx";

/** Members who lost every second factor. */
export function RecoveriesTab() {
  const { list } = useMessages().recovery;
  const { tenant } = useHere();
  const forbidden = useForbidden();
  return (
    <StepUpProvider>
      <div className="stack-wide">
        <p className="prose">{list.intro}</p>
        <RecoveriesTable base={`/v1/tenants/${tenant.id}`} forbidden={forbidden("members.manage")} />
      </div>
    </StepUpProvider>
  );
}
