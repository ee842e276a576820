package document

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// kinds are all kinds of sections, in the document's order.
var kinds = []string{Goals, Scope, Timeline, Budget, Stakeholders, Risks, NextSteps}

// vocabulary is one language's: what the sections are called, and the words by which people head them.
type vocabulary struct {
	code   string
	titles map[string]string // by kind; "" is that of what stands before any heading
	// same are words that say no more than the title does, and so needn't stay in the text.
	same map[string]string
	// more are words that belong to a kind and say something of their own ("out of scope"): they stay in the text.
	more map[string]string
}

// vocabularies are those of the languages in which headings are recognised; the first is used where none is. Words are
// separated by commas, and compared without case, accents and hyphens.
var vocabularies = []vocabulary{{
	code: "en",
	titles: map[string]string{
		"": "Notes", Goals: "Goals", Scope: "Scope", Timeline: "Timeline", Budget: "Budget", Stakeholders: "Stakeholders",
		Risks: "Risks", NextSteps: "Next steps",
	},
	same: map[string]string{
		Goals:        "goals,goal,objectives,objective,aims,aim,what they want",
		Scope:        "scope,scope of work,in scope",
		Timeline:     "timeline,time line,timelines,timing,schedule,timeframe,time frame,when,dates",
		Budget:       "budget,pricing,costs,cost,investment",
		Stakeholders: "stakeholders,stakeholder,who,who is involved,people,people involved,contacts",
		Risks:        "risks,risk,concerns,concern,blockers",
		NextSteps:    "next steps,next step,what next,whats next,action items,actions,action points,todo,todos,to do,to dos,follow up,follow ups,followup,followups",
	},
	more: map[string]string{
		Goals: "what they need,what we want,wants,needs,desired outcome,desired outcomes,outcomes,success criteria," +
			"success metrics,purpose,vision,motivation,why,pain points,problem,problem statement,challenges,requirements summary",
		Scope: "out of scope,not in scope,deliverables,deliverable,requirements,features,services,what we deliver,work packages," +
			"scope and deliverables,exclusions,assumptions",
		Timeline:     "milestones,milestone,deadline,deadlines,key dates,due date,start date,launch,launch date,go live,go live date,phases,roadmap",
		Budget:       "price,prices,investments,fees,fee,rates,money,spend,payment,payment terms,funding",
		Stakeholders: "attendees,participants,present,contact,on the call,who decides,who signs,decision makers,decision maker,decision making,decision process,team,roles,champion,sponsor,buying committee",
		Risks:        "blocker,issues,open questions,open question,open points,open issues,questions,objections,constraints,dependencies,obstacles,red flags",
		NextSteps:    "next,action item,to do list,tasks,agreed",
	},
}, {
	code: "de",
	titles: map[string]string{
		"": "Notizen", Goals: "Ziele", Scope: "Umfang", Timeline: "Zeitplan", Budget: "Budget", Stakeholders: "Beteiligte",
		Risks: "Risiken", NextSteps: "Nächste Schritte",
	},
	same: map[string]string{
		Goals: "ziele,ziel,projektziele,projektziel,zielsetzung,zielsetzungen", Scope: "umfang,projektumfang,leistungsumfang",
		Timeline: "zeitplan,zeitrahmen,zeitschiene,terminplan,termine,wann", Budget: "budget,budgetrahmen,kosten,kostenrahmen,investition",
		Stakeholders: "beteiligte,stakeholder,wer,personen,ansprechpartner", Risks: "risiken,risiko,bedenken",
		NextSteps: "nächste schritte,nächster schritt,wie weiter,weiteres vorgehen,aufgaben",
	},
	more: map[string]string{
		Goals:        "was sie wollen,was der kunde will,wünsche,erwartungen,anliegen,motivation,problemstellung,herausforderungen,ausgangslage",
		Scope:        "leistungen,lieferumfang,liefergegenstände,lieferobjekte,anforderungen,nicht im umfang,nicht enthalten,ausserhalb des umfangs,abgrenzung,funktionen",
		Timeline:     "meilensteine,meilenstein,termin,frist,fristen,deadline,start,starttermin,phasen,fertigstellung",
		Budget:       "preis,preise,preisrahmen,honorar,vergütung,zahlung,zahlungsbedingungen",
		Stakeholders: "teilnehmer,teilnehmende,teilnehmerinnen,anwesend,anwesende,ansprechpartnerin,entscheider,entscheidungsträger,projektteam,rollen,kontakt,kontakte",
		Risks:        "sorgen,hindernisse,blocker,offene fragen,offene punkte,fragen,einwände,abhängigkeiten,probleme",
		NextSteps:    "massnahmen,vorgehen,aktionen,vereinbart,folgetermin",
	},
}, {
	code: "fr",
	titles: map[string]string{
		"": "Notes", Goals: "Objectifs", Scope: "Périmètre", Timeline: "Calendrier", Budget: "Budget",
		Stakeholders: "Parties prenantes", Risks: "Risques", NextSteps: "Prochaines étapes",
	},
	same: map[string]string{
		Goals: "objectifs,objectif,buts,but", Scope: "périmètre,portée", Timeline: "calendrier,planning,délais,délai,quand", Budget: "budget,prix,tarifs,coûts,investissement",
		Stakeholders: "parties prenantes,qui,personnes,interlocuteurs", Risks: "risques,risque,points de vigilance",
		NextSteps: "prochaines étapes,prochaine étape,étapes suivantes,suites,actions,à faire",
	},
	more: map[string]string{
		Goals:        "ce qu'ils veulent,attentes,besoins,besoin,enjeux,problématique,contexte et objectifs",
		Scope:        "livrables,livrable,prestations,hors périmètre,hors du périmètre,exigences,fonctionnalités",
		Timeline:     "échéances,échéance,échéancier,jalons,jalon,dates,date limite,phases",
		Budget:       "tarif,coût,honoraires,paiement,modalités de paiement",
		Stakeholders: "participants,présents,interlocuteur,décideurs,décideur,intervenants,équipe,contacts,contact,rôles",
		Risks:        "questions ouvertes,questions,points ouverts,freins,inquiétudes,contraintes,objections,blocages,dépendances",
		NextSteps:    "actions à mener,plan d'action,suivi,tâches",
	},
}, {
	code: "es",
	titles: map[string]string{
		"": "Notas", Goals: "Objetivos", Scope: "Alcance", Timeline: "Calendario", Budget: "Presupuesto",
		Stakeholders: "Interesados", Risks: "Riesgos", NextSteps: "Próximos pasos",
	},
	same: map[string]string{
		Goals: "objetivos,objetivo,metas,meta", Scope: "alcance", Timeline: "calendario,cronograma,plazos,plazo,cuándo", Budget: "presupuesto,precio,precios,costes,inversión",
		Stakeholders: "interesados,partes interesadas,quién,quiénes,personas", Risks: "riesgos,riesgo,preocupaciones",
		NextSteps: "próximos pasos,próximo paso,siguientes pasos,siguiente paso,acciones,pendientes",
	},
	more: map[string]string{
		Goals:        "qué quieren,lo que quieren,expectativas,necesidades,retos,problema",
		Scope:        "entregables,entregable,servicios,fuera de alcance,fuera del alcance,requisitos,funcionalidades",
		Timeline:     "hitos,hito,fechas,fecha límite,fases",
		Budget:       "coste,costo,costos,honorarios,pago,forma de pago",
		Stakeholders: "asistentes,participantes,decisores,responsables,equipo,contactos,contacto,roles",
		Risks:        "preguntas abiertas,preguntas,dudas,bloqueos,obstáculos,restricciones,dependencias",
		NextSteps:    "tareas,seguimiento,por hacer",
	},
}}

// word is what a heading's words mean.
type word struct {
	kind     string
	language string // "" where several languages have the word
	same     bool
}

// words are all words of all vocabularies, folded.
var words = func() map[string]word {
	all := map[string]word{}
	add := func(language string, same bool, byKind map[string]string) {
		for kind, list := range byKind {
			for w := range strings.SplitSeq(list, ",") {
				w = fold(w)
				if before, twice := all[w]; twice && before.language != language {
					all[w] = word{before.kind, "", before.same}
					continue
				}
				all[w] = word{kind, language, same}
			}
		}
	}
	for _, v := range vocabularies {
		add(v.code, true, v.same)
		add(v.code, false, v.more)
	}
	return all
}()

// qualifiers are words before one of those above that don't change what it is about: "proposed timeline".
var qualifiers = wordSet("project,client,clients,customer,customers,business,key,main,major,primary,proposed,estimated,rough,initial,agreed," +
	"known,potential,possible,their,our,the,overall,high level,immediate,current,expected,preliminary,your,its,wichtigste,mögliche," +
	"geplanter,voraussichtlicher,unsere,ihre,die,der,das,nos,leurs,les,le,la,principaux,principales,los,las,el,sus,nuestros")

func wordSet(list string) map[string]bool {
	s := map[string]bool{}
	for w := range strings.SplitSeq(list, ",") {
		s[fold(w)] = true
	}
	return s
}

// fold is a heading as it is compared: lower case, without accents, apostrophes and other signs, its words one space apart.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r == 'ß':
			b.WriteString("ss")
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
