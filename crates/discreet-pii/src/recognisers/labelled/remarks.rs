//! Remarks about a password, as in `the password is wrong`, in seven languages.

/// Words of remarks.
const REMARKS: &str = "all and any are due for has new nil not now off old one out set the too try two was yes you aus dein mein \
    mal mía una uno que lui mio sua ton mon één dat mij able about above again alphanumeric already also always available back bad based basic below \
    better blank broken case changing clear clean complex confidential correct currently dead default different \
    difficult dirty done easy empty enough exact false fine fresh full gone good hard hashed here hidden identical \
    important incorrect insecure invalid just kept known later like local locked long lost mandatory missing mine \
    more much near needed never nice none null numeric obsolete obvious often okay once only optional ours outdated \
    personal plain plaintext poor possible private problem public random ready recent required reset right safe same \
    secret secure sensitive sent short shown simple soon stale still stored strong such sure temporary that their then \
    there this thus today tomorrow true unavailable undefined unique unknown unsafe unset unsupported useless valid \
    very visible weak well what where with without wrong yours \
    aktuell alphanumerisch alt anders bekannt bereit dasselbe defekt dort einfach erforderlich falsch fehlt fertig fest \
    frei geheim gleich gut hier hinterlegt immer inkorrekt jetzt klar komplett komplex korrekt kurz lang leer leider mehr nein \
    neu nicht noch nötig notwendig null öffentlich okay optional pflicht privat richtig schlecht schon schwach schwer sehr \
    sicher simpel stark temporär unbekannt ungültig gültig unklar unsicher unter veraltet weg wichtig wieder zufällig \
    aussi bien bon bonne bref celui clair complexe compromis correct court dans dessous dessus difficile différent égal \
    encore erroné facile faible faux fort ici identique inconnu incorrect incomplet incorrecte invalide jamais juste léger long \
    mauvais mieux moins nouveau nécessaire nulle obligatoire parfait perdu personnel pour provisoire public requis \
    sans secret semblable simple sûr temporaire toujours trop très unique valide vide vrai vôtre \
    abajo aquí arriba así bien buena clara compleja complicada conocida correcta corta débil diferente difícil distinta \
    errónea esta está esto fácil falsa fuerte igual inconnue incorrecta incorrecto inseguro insegura inválida inválido inválidas \
    larga mala misma mucho muy necesaria nula nueva nuevo numérica obligatoria otra para privada pública secreta segura \
    sencilla siempre simple temporal todavía única vacía vacío válida válido vieja \
    anche ancora breve buona chiara complessa corretta corretto corta debole diversa difficile errata facile falsa forte \
    giusta lunga molto necessaria nulla nuova obbligatoria personale poco privata pronta pubblica questa qui scaduta \
    segreta semplice sempre sicura temporanea troppo uguale unica valida vecchia vuota \
    abaixo acima aqui correta correto curta difícil errada essa esta fácil fraca incorreta longa mesma muito necessária \
    nova obrigatória para pequena qual segura simples única válida vazia velha \
    bekend correct fout geheim geldig goed hetzelfde hier juist kort kwijt lang leeg niet nieuw nodig onbekend ongeldig onjuist \
    onveilig simpel sterk tijdelijk veilig verplicht verkeerd verlopen zwak";

/// Is this a word of a remark, and not a password?
pub(crate) fn is_remark(word: &str) -> bool {
    let word = word.to_lowercase();
    // Participles: `expiré`, `oubliée`.
    word.ends_with('é') || word.ends_with("ée") || REMARKS.split(' ').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::is_remark;

    #[test]
    fn remarks_are_known_in_any_case() {
        for word in ["wrong", "Falsch", "VIDE", "expiré", "vacía", "errata"] {
            assert!(is_remark(word), "{word}");
        }
        for word in ["sesame", "sesam", "sésame", "tulipán", ""] {
            assert!(!is_remark(word), "{word}");
        }
    }
}
