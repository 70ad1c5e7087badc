import { useMessages } from "../../messages/LocaleProvider.tsx";
import { StepUpProvider } from "../account/StepUp.tsx";
import { RecoveriesTable } from "../recovery/RecoveriesTable.tsx";

/** Whoever asks to come back, in whatever tenant, for staff to look at. What their role permits the server says. */
export function StaffRecoveriesTab() {
  const { people: text } = useMessages();
  return (
    <StepUpProvider>
      <p className="prose">{text.recoveriesIntro}</p>
      <RecoveriesTable base="/v1" forbidden={false} />
    </StepUpProvider>
  );
}
