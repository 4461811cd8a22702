// Names under which people keep secrets (requirements.md S0.L3.01).

const SECRET_NAME =
  /(?:^|[_.-])(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?:$|[_.-])/i;
/** Names that say where a secret is, or something about it. */
const ABOUT_A_SECRET = /(?:^|[_.-])(?:FILE|PATH|DIR|NAME|URL|URI|ENDPOINT|HEADER|TTL|LIMIT|LENGTH|TYPE|ENABLED)$/i;

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !ABOUT_A_SECRET.test(name);

/** Numbers, switches and the empty text are settings even under a secret's name. */
export const isPlainSetting = (value: string): boolean => /^(?:|[0-9.]+|true|false|yes|no|on|off)$/i.test(value.trim());
