import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { takeToken } from "../sign-in/address-token.ts";
import { cancelByLink } from "./queries.ts";

/** Where every mail about a recovery leads whoever did not want it. No sign-in; one press, as scanners open links. */
export function CancelPage() {
  const { cancel: text } = useMessages().recovery;
  const [token] = useState(() => takeToken("cancel-recovery"));
  const cancel = useMutation({ mutationFn: cancelByLink });
  return (
    <Entrance title={text.title} step={cancel.isSuccess ? "done" : ""}>
      {token === null ? (
        <p>{text.missing}</p>
      ) : cancel.isSuccess ? (
        <>
          <Notice tone="ok" role="status">
            {text.done}
          </Notice>
          <p>{text.change}</p>
        </>
      ) : (
        <>
          <p>{text.body}</p>
          {cancel.isError && <ProblemNote error={cancel.error} />}
          <Button look="danger" isBusy={cancel.isPending} onClick={() => cancel.mutate(token)}>
            {text.submit}
          </Button>
        </>
      )}
      <p className="quiet">
        <Link to="/sign-in">{text.signIn}</Link>
      </p>
    </Entrance>
  );
}
