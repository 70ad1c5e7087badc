/**
 * Slugs that no tenant may take: a slug becomes a host name or a path segment of the platform, and a tenant called
 * `login` or `ns1` could pose as it. RFC 2142 names the mail boxes, the rest are hosts and paths that SaaS use.
 */
const RESERVED_SLUGS: ReadonlySet<string> = new Set(
  `
  abuse access account accounts acme-challenge activate admin administrator admins alert alerts analytics anonymous
  api apis app apps assets audit auth authorize autoconfig autodiscover backup backups beta billing blog blogs bot
  broadcasthost cache callback cdn cell cells cert certs certificate checkout ci cli client clients cloud cluster
  community config console contact control cookie cookies core cron dashboard data database db debug default demo
  dev developer developers dns doc docs documentation domain domains download downloads edge email embed enterprise
  error errors events export faq favicon feedback file files finance forum ftp gateway git global graphql group groups
  guest health healthz help helpdesk home host hostmaster http https id idp image images img imap import index info
  internal invite invoice invoices isatap issues jobs js json jwks legal live local localdomain localhost log login
  logout logs mail mailer mailer-daemon main manage manager master me media member members message messages meta
  metrics mfa migrate mobile monitor monitoring mx my new news newsletter nobody noc node none noreply no-reply ns ns0
  ns1 ns2 ns3 ns4 null oauth oauth2 official oidc openapi operator operators ops org organization owner partner partners
  password payment payments ping plan plans platform policy pop pop3 portal postgres postgresql postmaster press
  preview pricing private privacy prod production profile proxy public pricing queue raw readyz recovery redirect redis
  region regions register registry reports reset root router rss s3 saml sandbox sales scim script sdk search
  secure security server service services session sessions settings setup shop sign-in sign-out sign-up signin signout
  signup site sitemap smtp sso ssl staff stage staging stat static stats status storage store style styles subscribe
  super superuser support swagger sys sysadmin system systems team teams tech temp template tenancy tenant tenants
  terms test tests testing tls token tokens tools trust undefined unsubscribe update upgrade upload uploads usage
  user username users uucp verify version void web webhook webhooks webmail webmaster well-known wiki worker workers
  wpad ww www www1 www2 www3 xml you
  `
    .trim()
    .split(/\s+/),
);

export function isReservedSlug(slug: string): boolean {
  return RESERVED_SLUGS.has(slug);
}

/**
 * Suffixes under which anybody can register: nobody owns them. A short list of the common ones, not the Public
 * Suffix List, which changes weekly; the proof of ownership by DNS is what finally decides.
 */
const PUBLIC_SUFFIXES: ReadonlySet<string> = new Set(
  `
  ac.id ac.il ac.in ac.jp ac.ke ac.kr ac.nz ac.th ac.uk ac.za co.at co.id co.il co.in co.jp co.ke co.kr co.nz co.th
  co.uk co.za co.zw com.ar com.au com.bd com.bo com.br com.cn com.co com.cy com.do com.ec com.eg com.es com.gh com.gr
  com.gt com.hk com.hr com.kh com.kw com.lb com.lk com.mt com.mx com.my com.ng com.ni com.np com.om com.pa com.pe
  com.ph com.pk com.pl com.pt com.py com.qa com.ro com.ru com.sa com.sg com.sv com.tn com.tr com.tw com.ua com.uy
  com.ve com.vn edu.au edu.cn edu.hk edu.in edu.mx edu.sg edu.tr go.id go.jp go.ke go.kr go.th gob.ar gob.es gob.mx
  gouv.fr gov.au gov.br gov.cn gov.il gov.in gov.sg gov.tr gov.uk gov.za govt.nz gv.at ltd.uk me.uk ne.jp ne.kr
  net.au net.br net.cn net.in net.nz net.pl net.tr net.tw net.uk net.za nhs.uk or.at or.jp or.kr or.th org.ar org.au
  org.br org.cn org.hk org.il org.in org.mx org.nz org.pl org.sg org.tr org.tw org.ua org.uk org.za plc.uk police.uk
  sch.uk web.za
  amplifyapp.com appspot.com azurewebsites.net azurestaticapps.net blogspot.com cloudfront.net deno.dev firebaseapp.com
  fly.dev github.io gitlab.io herokuapp.com netlify.app ngrok.io onrender.com pages.dev railway.app run.app s3.amazonaws.com
  surge.sh vercel.app web.app workers.dev
  `
    .trim()
    .split(/\s+/),
);

export function isPublicSuffix(ascii: string): boolean {
  return PUBLIC_SUFFIXES.has(ascii);
}
