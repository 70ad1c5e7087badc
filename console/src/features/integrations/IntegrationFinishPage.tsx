import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { refresh } from "../../api/get-query.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { type Beginning, integrationAnswer, recallBeginning } from "./arrival.ts";
import { finishConnecting, integrationTouches } from "./queries.ts";

/** Where outside services lead back: it ends what this tab began, or says why it cannot. */
export function IntegrationFinishPage() {
  const { finish: text } = useMessages().integrations;
  const [answer] = useState(integrationAnswer);
  const [beginning] = useState(() => (answer === null ? null : recallBeginning(answer)));
  if (answer !== null && beginning !== null) return <Finishing answer={answer} beginning={beginning} />;
  return (
    <Entrance title={text.title}>
      <p>{text.missing}</p>
      <p className="quiet">
        <Link to="/account">{text.account}</Link>
      </p>
    </Entrance>
  );
}

function Finishing({ answer, beginning }: { answer: string; beginning: Beginning }) {
  const { integrations } = useMessages();
  const { finish: text } = integrations;
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const hasBegun = useRef(false);
  const finish = useMutation({
    mutationFn: () => finishConnecting(beginning.tenantId, answer),
    onSuccess: async ({ account }) => {
      toast(integrations.done(account.name));
      await refresh(client, integrationTouches(beginning.tenantId));
      await navigate({ href: beginning.path, replace: true });
    },
  });
  const begin = finish.mutate;
  useEffect(() => {
    // An answer works once.
    if (hasBegun.current) return;
    hasBegun.current = true;
    begin();
  }, [begin]);
  return (
    <Entrance title={finish.isError ? text.failed : text.title}>
      {finish.isError ? <ProblemNote error={finish.error} /> : <p role="status">{text.busy}</p>}
      <p className="quiet">
        <Link to={beginning.path}>{text.back}</Link>
      </p>
    </Entrance>
  );
}
