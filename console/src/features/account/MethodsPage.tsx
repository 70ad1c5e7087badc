import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { AppPanel } from "./AppPanel.tsx";
import { CodesPanel } from "./CodesPanel.tsx";
import { PasskeysPanel } from "./PasskeysPanel.tsx";
import { PasswordPanel } from "./PasswordPanel.tsx";
import { factorsQuery } from "./queries.ts";
import { ShownCodes } from "./ShownCodes.tsx";
import { StepUpProvider } from "./StepUp.tsx";

/** Every way in, each with what it is good for, and how to add, change and remove it. */
export function MethodsPage({ isStaff = false }: { isStaff?: boolean }) {
  const { methods: text } = useMessages().account;
  const { general } = useMessages();
  const factors = useQuery(factorsQuery);
  // In this page only: leaving it forgets them.
  const [codes, setCodes] = useState<readonly string[]>();
  const forget = () => setCodes(undefined);
  return (
    <>
      <PageHeading title={text.title} />
      <p className="prose">{text.intro}</p>
      {factors.isError && <ProblemNote error={factors.error} onRetry={() => factors.refetch()} />}
      {factors.data ? (
        <StepUpProvider>
          <div className="stack-wide narrow">
            <PasskeysPanel passkeys={factors.data.passkeys} onCodes={setCodes} />
            <AppPanel isOn={factors.data.totpSince !== null} onCodes={setCodes} />
            <CodesPanel
              left={factors.data.recoveryCodesLeft}
              hasFactor={factors.data.totpSince !== null || factors.data.passkeys.length > 0}
            />
            {!isStaff && <PasswordPanel isSet={factors.data.hasPassword} />}
          </div>
          <Dialog
            title={text.codes}
            isOpen={codes !== undefined}
            onClose={forget}
            closeLabel={general.close}
            width={520}
          >
            {codes && <ShownCodes codes={codes} onKept={forget} />}
          </Dialog>
        </StepUpProvider>
      ) : (
        !factors.isError && (
          <div className="stack" aria-busy="true">
            <Bone width="160px" />
            <Bone width="140px" />
            <Bone width="120px" />
          </div>
        )
      )}
    </>
  );
}
