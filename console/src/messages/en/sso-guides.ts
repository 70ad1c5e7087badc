/**
 * What to do at each provider. `*…*` is what stands on its screens, `` `…` `` what is typed there, and `{…}` at the end
 * of a step the address of ours that is entered, with a button to copy it.
 */
export const ssoGuides: Record<ProviderName, Record<"oidc" | "saml", string[]>> = {
  entra: {
    oidc: [
      "In the Entra admin centre open *App registrations → New registration*. Choose *Accounts in this organizational directory only*. Under *Redirect URI* choose *Web* and enter {callbackUrl}",
      "Under *Certificates & secrets* make a *New client secret* and copy its *Value* at once: Entra shows it this once.",
      "Under *Token configuration → Add optional claim → ID* add `email`. To give roles by group, *Add groups claim* with *Groups assigned to the application*: Entra then sends the groups’ object ids.",
      "From *Overview* copy the *Application (client) ID* and the *Directory (tenant) ID* into the form.",
    ],
    saml: [
      "Open *Enterprise applications → New application → Create your own application*, then *Single sign-on → SAML*. In *Basic SAML Configuration* enter as *Identifier (Entity ID)* {entityId}",
      "As *Reply URL (Assertion Consumer Service URL)* enter {acsUrl}",
      "Leave *Sign assertion* on with SHA-256, and token encryption off. For roles by group, *Attributes & Claims → Add a group claim*.",
      "Under *SAML Certificates* copy the *App Federation Metadata Url* into the form, and assign people under *Users and groups*.",
    ],
  },
  okta: {
    oidc: [
      "Open *Applications → Create App Integration → OIDC - OpenID Connect → Web Application*, grant type *Authorization Code*. As *Sign-in redirect URI* enter {callbackUrl}",
      "Under *Assignments* choose who may use it, and save.",
      "For roles by group, set in the tab *Sign On* a *Groups claim filter* named `groups`, such as *Matches regex* `.*`.",
      "From *General* copy *Client ID* and *Client secret* into the form, and your Okta domain, such as `your-org.okta.com`.",
    ],
    saml: [
      "Open *Applications → Create App Integration → SAML 2.0*. As *Single sign-on URL*, for recipient and destination as well, enter {acsUrl}",
      "As *Audience URI (SP Entity ID)* enter {entityId}",
      "Choose *Name ID format: EmailAddress*. Keep *Assertion Signature: Signed*, *RSA-SHA256* and *Assertion Encryption: Unencrypted*. For roles by group add a *Group Attribute Statement* named `groups`.",
      "In the tab *Sign On* copy the *Metadata URL* into the form, and assign people.",
    ],
  },
  google: {
    oidc: [
      "In the Google Cloud console open *APIs & Services → OAuth consent screen* and choose the user type *Internal*.",
      "Open *Credentials → Create credentials → OAuth client ID → Web application*. As *Authorised redirect URI* enter {callbackUrl}",
      "Copy *Client ID* and *Client secret* into the form. Google sends no groups this way: choose SAML if groups are to give roles.",
    ],
    saml: [
      "In the Google Admin console open *Apps → Web and mobile apps → Add app → Add custom SAML app*, and *Download metadata*.",
      "As *ACS URL* enter {acsUrl}",
      "As *Entity ID* enter {entityId}",
      "Leave *Signed response* off, so that the assertion is signed, and choose *Name ID format: EMAIL*. For roles by group map *Group membership* to the attribute `groups`.",
      "Turn the app *ON for everyone*, and bring the downloaded file into the form.",
    ],
  },
  keycloak: {
    oidc: [
      "Open *Clients → Create client*, type *OpenID Connect*: *Client authentication* on, *Standard flow* alone, PKCE method *S256*. As the one *Valid redirect URI* enter {callbackUrl}",
      "For roles by group: *Client scopes → …-dedicated → Add mapper → Group Membership*, token claim name `groups`, *Full group path* off, *Add to ID token* on.",
      "Copy the *Client ID*, the secret under *Credentials* and the address of the realm into the form.",
    ],
    saml: [
      "Open *Clients → Create client*, type *SAML*. As *Client ID* enter {entityId}",
      "As *Master SAML Processing URL* enter {acsUrl}",
      "Set *Sign assertions* on, *RSA_SHA256*, canonicalisation *EXCLUSIVE*, and *Encrypt assertions* and *Client signature required* off.",
      "The metadata address is that of your realm, such as `https://keycloak.example.com/realms/staff/protocol/saml/descriptor`.",
    ],
  },
  other: {
    oidc: [
      "Register a confidential web client for the authorization code flow with PKCE. Its redirect URI is {callbackUrl}",
      "Let it put `email`, `name` and, for roles by group, `groups` into the ID token.",
      "Copy issuer, client id and client secret into the form.",
    ],
    saml: [
      "Register a service provider. Its entity id, where its metadata is as well, is {entityId}",
      "Its assertion consumer service, by HTTP-POST, is {acsUrl}",
      "Let it sign the assertion with RSA-SHA256 and exclusive canonicalisation, without encryption, and send `email` and, for roles by group, `groups`.",
      "Bring the provider’s metadata into the form.",
    ],
  },
};

type ProviderName = "entra" | "okta" | "google" | "keycloak" | "other";
