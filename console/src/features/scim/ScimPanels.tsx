import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { ChoiceField } from "../../ui/ChoiceField.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { GuideSteps } from "../sso/GuideSteps.tsx";
import { DirectoryPanel } from "./DirectoryPanel.tsx";
import { type DirectoryName, directories } from "./directories.ts";
import { tokensQuery } from "./queries.ts";
import { TokensPanel } from "./TokensPanel.tsx";

/** How the tenant's directory brings its people: what to enter there, its tokens, and what came. */
export function ScimPanels() {
  return (
    <div className="stack-wide">
      <SetUpPanel />
      <TokensPanel />
      <DirectoryPanel />
    </div>
  );
}

function SetUpPanel() {
  const { scim: text } = useMessages();
  const { tenant } = useHere();
  const tokens = useQuery(tokensQuery(tenant.id));
  const [directory, setDirectory] = useState<DirectoryName>("entra");
  return (
    <Panel title={text.setUp}>
      <p className="prose quiet">{text.intro}</p>
      <div className="stack narrow">
        <ChoiceField
          label={text.directory}
          name="directory"
          value={directory}
          onChange={setDirectory}
          choices={directories.map((value) => ({ value, label: text.directories[value] }))}
        />
        {tokens.isError && <ProblemNote error={tokens.error} onRetry={() => tokens.refetch()} />}
        {tokens.isLoading && <Bone width="160px" />}
        {tokens.data && (
          <GuideSteps
            steps={text.guides[directory]}
            addresses={{ baseUrl: { label: text.baseUrl, value: tokens.data.baseUrl } }}
          />
        )}
      </div>
    </Panel>
  );
}
