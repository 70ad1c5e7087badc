import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { takeToken } from "../sign-in/address-token.ts";
import { SignInFlow } from "../sign-in/SignInFlow.tsx";

/** Where the mail leads that says that it is time: sign in as usual, then a new second factor. */
export function RecoveryPage() {
  const { page, cancel } = useMessages().recovery;
  const [link] = useState(() => takeToken("recovery"));
  if (link !== null) {
    return (
      <SignInFlow
        to={undefined}
        link={link}
        title={page.title}
        intro={<p>{page.body}</p>}
        sentNote={<p className="quiet">{page.byMail}</p>}
      />
    );
  }
  return (
    <Entrance title={page.title}>
      <p>{page.missing}</p>
      <p className="quiet">
        <Link to="/sign-in">{cancel.signIn}</Link>
      </p>
    </Entrance>
  );
}
