"""Questions by rule: parallel ones from templates, and rough ones from any sentence.

Users ask questions; parallel text is statements. The templates put dictionary nouns and names
into German questions and their English translations, for the teacher to label; `rough_question`
turns a sentence into what somebody might type who remembers only its content words.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from indexer.training.sources import Pair

# {n} a noun of the dictionary, {m} another one, {x} a name spelt alike in both languages.
TEMPLATES = tuple(
    Pair(*line.split(" | "))
    for line in """\
Was ist {n}? | What is {n}?
Was bedeutet {n}? | What does {n} mean?
Was versteht man unter {n}? | What is meant by {n}?
Was ist der Unterschied zwischen {n} und {m}? | What is the difference between {n} and {m}?
Was war {x}? | What was {x}?
Was machte {x} mit {n}? | What did {x} do with {n}?
Was kostet {n}? | How much does {n} cost?
Was geschah nach {n}? | What happened after {n}?
Was führte zu {n}? | What led to {n}?
Was verursacht {n}? | What causes {n}?
Was ist der Zweck von {n}? | What is the purpose of {n}?
Was ist der Hauptgrund für {n}? | What is the main reason for {n}?
Was ist eine andere Bezeichnung für {n}? | What is another name for {n}?
Welche Art von {n} hat {x}? | What kind of {n} does {x} have?
Welche Arten von {n} gibt es? | What types of {n} are there?
Welche Rolle spielte {x} bei {n}? | What role did {x} play in {n}?
Welche Rolle spielt {n} für {m}? | What role does {n} play for {m}?
Welche Unterlagen brauche ich für {n}? | Which documents do I need for {n}?
Welche Vorteile hat {n}? | What are the advantages of {n}?
Welche Folgen hatte {n} für {x}? | What consequences did {n} have for {x}?
Welcher {n} war der erste? | Which {n} was the first?
Welches Land ist für {n} bekannt? | Which country is known for {n}?
Welche Stadt hat {n}? | Which city has {n}?
Welche Partei fordert {n}? | Which party demands {n}?
Welche Behörde ist für {n} zuständig? | Which authority is responsible for {n}?
Welcher Anteil von {n} ist {m}? | What proportion of {n} is {m}?
Welchen Titel hatte {x}? | What title did {x} have?
Welchem Zweck dient {n}? | What purpose does {n} serve?
In welchem Jahr wurde {x} gegründet? | In what year was {x} founded?
In welchem Jahr begann {n}? | In which year did {n} begin?
In welchem Jahrhundert lebte {x}? | In which century did {x} live?
In welcher Stadt liegt {x}? | In what city is {x} located?
In welchem Land gibt es {n}? | In which country is there {n}?
An welchem Tag ist {n}? | On what day is {n}?
Auf welchem Kontinent liegt {x}? | On which continent is {x} located?
Aus welchem Material besteht {n}? | What material is {n} made of?
Woraus besteht {n}? | What does {n} consist of?
Wann wurde {x} geboren? | When was {x} born?
Wann starb {x}? | When did {x} die?
Wann wurde {n} eingeführt? | When was {n} introduced?
Wann endete {n}? | When did {n} end?
Wann wurde {x} gebaut? | When was {x} built?
Wann hat {n} geöffnet? | When is {n} open?
Seit wann gibt es {n}? | Since when has there been {n}?
Bis wann muss ich {n} beantragen? | By when do I have to apply for {n}?
Wie lange dauert {n}? | How long does {n} take?
Wie lange war {x} {n}? | How long was {x} {n}?
Wie viele {n} hat {x}? | How many {n} does {x} have?
Wie viele {n} gab es? | How many {n} were there?
Wie viele Menschen leben in {x}? | How many people live in {x}?
Wie viele Einwohner hat {x}? | How many inhabitants does {x} have?
Wie viel {n} braucht man für {m}? | How much {n} is needed for {m}?
Wie viel Prozent der {n} sind {m}? | What percentage of {n} are {m}?
Wie viel Geld gab {x} für {n} aus? | How much money did {x} spend on {n}?
Wie hoch ist {n}? | How high is {n}?
Wie hoch war {n} von {x}? | How high was {n} of {x}?
Wie groß ist {x}? | How large is {x}?
Wie alt war {x}? | How old was {x}?
Wie oft findet {n} statt? | How often does {n} take place?
Wie weit ist {x} von {n} entfernt? | How far is {x} from {n}?
Wie heißt {n} von {x}? | What is the name of {n} of {x}?
Wie heißt der Erfinder von {n}? | What is the name of the inventor of {n}?
Wie nennt man {n}? | What is {n} called?
Wie wird {n} hergestellt? | How is {n} produced?
Wie wird {n} auch genannt? | What is {n} also called?
Wie funktioniert {n}? | How does {n} work?
Wie entsteht {n}? | How does {n} form?
Wie kann ich {n} beantragen? | How can I apply for {n}?
Wie kann man {n} verhindern? | How can {n} be prevented?
Wie reagierte {x} auf {n}? | How did {x} react to {n}?
Wie wirkt sich {n} auf {m} aus? | How does {n} affect {m}?
Wer ist {x}? | Who is {x}?
Wer war {x}? | Who was {x}?
Wer hat {n} erfunden? | Who invented {n}?
Wer gründete {x}? | Who founded {x}?
Wer schrieb {x}? | Who wrote {x}?
Wer leitete {n}? | Who led {n}?
Wer besiegte {x}? | Who defeated {x}?
Wer gewann {n}? | Who won {n}?
Wer war für {n} verantwortlich? | Who was responsible for {n}?
Wer bezahlt {n}? | Who pays for {n}?
Wer hat Anspruch auf {n}? | Who is entitled to {n}?
Wer wurde zum {n} von {x} ernannt? | Who was appointed {n} of {x}?
Wessen {n} war {x}? | Whose {n} was {x}?
Wen unterstützte {x}? | Whom did {x} support?
Wem gehört {x}? | Who owns {x}?
Mit wem spielte {x}? | With whom did {x} play?
Von wem wurde {n} entdeckt? | By whom was {n} discovered?
Für wen ist {n} gedacht? | For whom is {n} intended?
Wo befindet sich {x}? | Where is {x} located?
Wo wurde {x} geboren? | Where was {x} born?
Wo findet {n} statt? | Where does {n} take place?
Wo kann ich {n} bekommen? | Where can I get {n}?
Wo liegt {n} von {x}? | Where is {n} of {x}?
Woher stammt {n}? | Where does {n} come from?
Woher kommt der Name {x}? | Where does the name {x} come from?
Wohin ging {x} nach {n}? | Where did {x} go after {n}?
Wofür wird {n} verwendet? | What is {n} used for?
Wofür ist {x} bekannt? | What is {x} known for?
Wodurch entsteht {n}? | What is {n} caused by?
Womit beschäftigt sich {n}? | What does {n} deal with?
Worum geht es bei {n}? | What is {n} about?
Warum ist {n} wichtig? | Why is {n} important?
Warum wurde {x} berühmt? | Why did {x} become famous?
Warum gibt es {n} in {x}? | Why is there {n} in {x}?
Warum lehnte {x} {n} ab? | Why did {x} reject {n}?
Wozu braucht man {n}? | What do you need {n} for?
Welche {n} nutzte {x} für {m}? | Which {n} did {x} use for {m}?
Welches {n} wird durch {m} ersetzt? | Which {n} is replaced by {m}?
Gibt es {n} in {x}? | Is there {n} in {x}?
Kann man {n} mit {m} verbinden? | Can {n} be combined with {m}?
Muss ich {n} bezahlen? | Do I have to pay for {n}?
Darf ich mit {n} arbeiten? | Am I allowed to work with {n}?
Nenne einen {n} von {x}. | Name a {n} of {x}.
Zusätzlich zu {n}, was nutzt {x}? | In addition to {n}, what does {x} use?
Laut {x}, was ist {n}? | According to {x}, what is {n}?
""".splitlines()
)

QUESTION_WORDS = {
    "de": ("Was", "Wer", "Wann", "Wo", "Wie", "Warum", "Welche", "Wie viele", "In welchem Jahr"),
    "en": ("What", "Who", "When", "Where", "How", "Why", "Which", "How many", "In what year"),
}


def template_question(chance: random.Random, nouns: Sequence[Pair], names: Sequence[str]) -> Pair:
    """Fill one template with nouns and a name drawn by chance, the same ones in both languages."""
    template = chance.choice(TEMPLATES)
    n, m = chance.choice(nouns), chance.choice(nouns)
    name = chance.choice(names)
    return Pair(
        template.german.format(n=n.german, m=m.german, x=name),
        template.english.format(n=n.english, m=m.english, x=name),
    )


def rough_question(chance: random.Random, sentence: str, language: str) -> str:
    """Ask roughly for a sentence: a question word, then about half of the words in their order."""
    words = sentence.rstrip(".!?…").split()
    # Short words are mostly function words; which words carry the content is no more known here.
    kept = [word for word in words if chance.random() < (0.65 if len(word) > 4 else 0.3)]
    asked = chance.choice(QUESTION_WORDS[language])
    return f"{asked} {' '.join(kept or words[:3])}?"
