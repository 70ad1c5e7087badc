import { useSearch } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { SignInFlow } from "./SignInFlow.tsx";

export interface UserSignInSearch {
  readonly to?: string;
  readonly because?: "ended" | "needed";
}

/** One door for everybody who is a member of a tenant, whatever they sign in by. */
export function SignInPage() {
  const { signIn: text } = useMessages();
  const { to, because }: UserSignInSearch = useSearch({ strict: false });
  const intro = because && <Notice tone="info">{text[because]}</Notice>;
  return <SignInFlow to={to} title={text.title} intro={intro} />;
}
