import type { Messages } from "../en.ts";

/** Les menus portent leur nom anglais : c'est celui de leurs guides, quelle que soit la langue choisie là-bas. */
export const ssoGuides = {
  entra: {
    oidc: [
      "Dans le centre d’administration Entra, ouvrez *App registrations → New registration*. Choisissez *Accounts in this organizational directory only*. Sous *Redirect URI*, choisissez *Web* et saisissez {callbackUrl}",
      "Sous *Certificates & secrets*, créez un *New client secret* et copiez aussitôt sa *Value* : Entra ne la montre qu’une fois.",
      "Sous *Token configuration → Add optional claim → ID*, ajoutez `email`. Pour donner des rôles par groupe, *Add groups claim* avec *Groups assigned to the application* : Entra envoie alors les identifiants d’objet des groupes.",
      "Depuis *Overview*, copiez l’*Application (client) ID* et le *Directory (tenant) ID* dans le formulaire.",
    ],
    saml: [
      "Ouvrez *Enterprise applications → New application → Create your own application*, puis *Single sign-on → SAML*. Dans *Basic SAML Configuration*, saisissez comme *Identifier (Entity ID)* {entityId}",
      "Comme *Reply URL (Assertion Consumer Service URL)*, saisissez {acsUrl}",
      "Laissez *Sign assertion* actif avec SHA-256, et le chiffrement des jetons inactif. Pour des rôles par groupe, *Attributes & Claims → Add a group claim*.",
      "Sous *SAML Certificates*, copiez l’*App Federation Metadata Url* dans le formulaire, et affectez des personnes sous *Users and groups*.",
    ],
  },
  okta: {
    oidc: [
      "Ouvrez *Applications → Create App Integration → OIDC - OpenID Connect → Web Application*, avec *Authorization Code*. Comme *Sign-in redirect URI*, saisissez {callbackUrl}",
      "Sous *Assignments*, choisissez qui peut l’utiliser, et enregistrez.",
      "Pour des rôles par groupe, réglez dans l’onglet *Sign On* un *Groups claim filter* nommé `groups`, par exemple *Matches regex* `.*`.",
      "Depuis *General*, copiez *Client ID* et *Client secret* dans le formulaire, ainsi que votre domaine Okta, tel que `votre-org.okta.com`.",
    ],
    saml: [
      "Ouvrez *Applications → Create App Integration → SAML 2.0*. Comme *Single sign-on URL*, aussi pour destinataire et destination, saisissez {acsUrl}",
      "Comme *Audience URI (SP Entity ID)*, saisissez {entityId}",
      "Choisissez `Name ID format: EmailAddress`. Gardez `Assertion Signature: Signed`, *RSA-SHA256* et `Assertion Encryption: Unencrypted`. Pour des rôles par groupe, ajoutez un *Group Attribute Statement* nommé `groups`.",
      "Dans l’onglet *Sign On*, copiez la *Metadata URL* dans le formulaire, et affectez des personnes.",
    ],
  },
  google: {
    oidc: [
      "Dans la console Google Cloud, ouvrez *APIs & Services → OAuth consent screen* et choisissez le type *Internal*.",
      "Ouvrez *Credentials → Create credentials → OAuth client ID → Web application*. Comme *Authorised redirect URI*, saisissez {callbackUrl}",
      "Copiez *Client ID* et *Client secret* dans le formulaire. Google n’envoie pas de groupes ainsi : choisissez SAML si des groupes doivent donner des rôles.",
    ],
    saml: [
      "Dans la console d’administration Google, ouvrez *Apps → Web and mobile apps → Add app → Add custom SAML app*, puis *Download metadata*.",
      "Comme *ACS URL*, saisissez {acsUrl}",
      "Comme *Entity ID*, saisissez {entityId}",
      "Laissez *Signed response* inactif, pour que l’assertion soit signée, et choisissez `Name ID format: EMAIL`. Pour des rôles par groupe, associez *Group membership* à l’attribut `groups`.",
      "Activez l’application par *ON for everyone*, et apportez le fichier téléchargé dans le formulaire.",
    ],
  },
  keycloak: {
    oidc: [
      "Ouvrez *Clients → Create client*, type *OpenID Connect* : *Client authentication* actif, *Standard flow* seul, méthode PKCE *S256*. Comme seule *Valid redirect URI*, saisissez {callbackUrl}",
      "Pour des rôles par groupe : *Client scopes → …-dedicated → Add mapper → Group Membership*, nom `groups`, *Full group path* inactif, *Add to ID token* actif.",
      "Copiez le *Client ID*, le secret sous *Credentials* et l’adresse du royaume dans le formulaire.",
    ],
    saml: [
      "Ouvrez *Clients → Create client*, type *SAML*. Comme *Client ID*, saisissez {entityId}",
      "Comme *Master SAML Processing URL*, saisissez {acsUrl}",
      "Réglez *Sign assertions* actif, *RSA_SHA256*, canonicalisation *EXCLUSIVE*, et *Encrypt assertions* et *Client signature required* inactifs.",
      "L’adresse des métadonnées est celle de votre royaume, telle que `https://keycloak.example.com/realms/staff/protocol/saml/descriptor`.",
    ],
  },
  other: {
    oidc: [
      "Enregistrez un client web confidentiel pour le flux de code d’autorisation avec PKCE. Son URI de redirection est {callbackUrl}",
      "Faites-lui mettre `email`, `name` et, pour des rôles par groupe, `groups` dans le jeton d’identité.",
      "Copiez l’émetteur, l’identifiant et le secret du client dans le formulaire.",
    ],
    saml: [
      "Enregistrez un fournisseur de services. Son identifiant d’entité, où se trouvent aussi ses métadonnées, est {entityId}",
      "Son service consommateur d’assertions, par HTTP-POST, est {acsUrl}",
      "Faites signer l’assertion par RSA-SHA256 avec canonicalisation exclusive, sans chiffrement, et envoyer `email` et, pour des rôles par groupe, `groups`.",
      "Apportez les métadonnées du fournisseur dans le formulaire.",
    ],
  },
} satisfies Messages["ssoGuides"];
