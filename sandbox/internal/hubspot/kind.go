package hubspot

import (
	"strings"
	"time"
)

// Kinds are the kinds of records that the account has.
var Kinds = []string{"contacts", "companies", "notes", "calls", "meetings", "deals", "line_items", "tickets"}

// kind is a kind of record.
type kind struct {
	name, singular string // "contacts", "contact"
	id             string // HubSpot's number of the kind
	group          string // the group that its properties are in
	created        string // the property that has the time of creation
	modified       string // and the one of the last change
	required       string // the property without which no record can be made; "" for none
	properties     map[string]property
	shown          []string                           // the properties of an answer where none are asked for
	derive         func(properties map[string]string) // sets those that follow from others; nil where none do
	// wrong says what is wrong with properties that don't go together; nil where all do.
	wrong   func(properties map[string]string) error
	records map[string]*record
	order   []*record // oldest first
	// index finds records by the value of a property: of the unique ones, and of those that newKind names.
	index map[string]map[string][]*record
	// merged are, by the IDs of records that were merged, those of the records that they became.
	merged map[string]string
}

// define makes a property known, before any record has it.
func (k *kind) define(p property) {
	k.properties[p.Name] = p
	if p.HasUniqueValue {
		k.index[p.Name] = map[string][]*record{}
	}
}

// kind is the kind of that name: its plural, its singular or its number.
func (s *Server) kind(name string) (*kind, error) {
	for _, k := range s.kinds {
		if name == k.name || name == k.singular || name == k.id {
			return k, nil
		}
	}
	return nil, invalid("Unable to infer object type from: %s", name)
}

// standardKinds are the kinds with the properties that every account has, as far as they matter here.
func standardKinds() []*kind {
	contacts := newKind("contacts", "contact", "0-1", "contactinformation", "createdate", "lastmodifieddate", "email")
	contacts.shown = append(contacts.shown, "email", "firstname", "lastname")
	contacts.text("email", "firstname", "lastname", "phone", "mobilephone", "company", "jobtitle", "website", "address", "city", "state", "zip", "country", "message")
	contacts.enumeration("lifecyclestage", lifecycleStages)
	contacts.enumeration("hs_lead_status", leadStatuses)
	contacts.standard(property{Name: "numemployees", Type: "string", FieldType: "text"})
	contacts.standard(property{Name: contactedName, Type: "datetime", FieldType: "date", readOnly: true})
	contacts.standard(property{Name: companyName, Type: "number", FieldType: "number", readOnly: true})
	contacts.standard(property{Name: secondaryName, Type: "enumeration", FieldType: "checkbox", readOnly: true})
	contacts.standard(property{Name: mergedName, Type: "enumeration", FieldType: "checkbox", readOnly: true})
	email := contacts.properties["email"]
	email.HasUniqueValue = true
	contacts.standard(email)

	companies := newKind("companies", "company", "0-2", "companyinformation", "createdate", "hs_lastmodifieddate", "domain")
	companies.shown = append(companies.shown, "domain", "name")
	companies.text("name", "domain", "phone", "website", "address", "city", "state", "zip", "country", "description")
	companies.standard(property{Name: "numberofemployees", Type: "number", FieldType: "number"})
	companies.enumeration("industry", industries)
	companies.enumeration("lifecyclestage", lifecycleStages)
	companies.enumeration("hs_lead_status", leadStatuses)

	notes := newKind("notes", "note", "0-46", "engagement", "hs_createdate", "hs_lastmodifieddate")
	notes.standard(property{Name: "hs_note_body", Type: "string", FieldType: "html"})
	notes.standard(property{Name: "hs_timestamp", Type: "datetime", FieldType: "date"})
	notes.required = "hs_timestamp"

	calls := newKind("calls", "call", "0-48", "engagement", "hs_createdate", "hs_lastmodifieddate")
	meetings := newKind("meetings", "meeting", "0-47", "engagement", "hs_createdate", "hs_lastmodifieddate")
	for _, k := range []*kind{calls, meetings} {
		k.text("hs_"+k.singular+"_title", "hs_"+k.singular+"_body")
		k.standard(property{Name: "hs_timestamp", Type: "datetime", FieldType: "date"})
		k.required = "hs_timestamp"
	}
	return []*kind{contacts, companies, notes, calls, meetings, dealKind(), lineItemKind(), ticketKind()}
}

func newKind(name, singular, id, group, created, modified string, indexed ...string) *kind {
	k := &kind{
		name: name, singular: singular, id: id, group: group, created: created, modified: modified,
		shown:      []string{created, modified, "hs_object_id"},
		properties: map[string]property{}, records: map[string]*record{}, index: map[string]map[string][]*record{},
		merged: map[string]string{},
	}
	for _, p := range indexed {
		k.index[p] = map[string][]*record{}
	}
	k.standard(property{Name: "hs_object_id", Type: "number", FieldType: "number", readOnly: true})
	k.standard(property{Name: created, Type: "datetime", FieldType: "date", readOnly: true})
	k.standard(property{Name: modified, Type: "datetime", FieldType: "date", readOnly: true})
	k.text("hubspot_owner_id")
	return k
}

// standard defines a property that every account has.
func (k *kind) standard(p property) {
	p.Label, p.GroupName, p.HubspotDefined = strings.ReplaceAll(p.Name, "_", " "), k.group, true
	p.CreatedAt = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	p.UpdatedAt = p.CreatedAt
	if p.Options == nil {
		p.Options = []option{}
	}
	k.define(p)
}

func (k *kind) text(names ...string) {
	for _, n := range names {
		k.standard(property{Name: n, Type: "string", FieldType: "text"})
	}
}

func (k *kind) enumeration(name, values string) {
	p := property{Name: name, Type: "enumeration", FieldType: "select"}
	for _, v := range strings.Fields(values) {
		p.Options = append(p.Options, option{Label: strings.ReplaceAll(v, "_", " "), Value: v})
	}
	k.standard(p)
}

// Properties that HubSpot keeps itself.
const (
	contactedName = "notes_last_contacted"
	companyName   = "associatedcompanyid" // the first company that a contact was associated with
	secondaryName = "hs_additional_emails"
	mergedName    = "hs_merged_object_ids"
)

// The values of HubSpot's own enumerations.
const (
	lifecycleStages = `subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist other`
	leadStatuses    = `NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING`
	industries      = `ACCOUNTING AIRLINES_AVIATION ALTERNATIVE_DISPUTE_RESOLUTION ALTERNATIVE_MEDICINE ANIMATION APPAREL_FASHION
		ARCHITECTURE_PLANNING ARTS_AND_CRAFTS AUTOMOTIVE AVIATION_AEROSPACE BANKING BIOTECHNOLOGY BROADCAST_MEDIA BUILDING_MATERIALS
		BUSINESS_SUPPLIES_AND_EQUIPMENT CAPITAL_MARKETS CHEMICALS CIVIC_SOCIAL_ORGANIZATION CIVIL_ENGINEERING COMMERCIAL_REAL_ESTATE
		COMPUTER_NETWORK_SECURITY COMPUTER_GAMES COMPUTER_HARDWARE COMPUTER_NETWORKING COMPUTER_SOFTWARE INTERNET CONSTRUCTION
		CONSUMER_ELECTRONICS CONSUMER_GOODS CONSUMER_SERVICES COSMETICS DAIRY DEFENSE_SPACE DESIGN EDUCATION_MANAGEMENT E_LEARNING
		ELECTRICAL_ELECTRONIC_MANUFACTURING ENTERTAINMENT ENVIRONMENTAL_SERVICES EVENTS_SERVICES EXECUTIVE_OFFICE FACILITIES_SERVICES
		FARMING FINANCIAL_SERVICES FINE_ART FISHERY FOOD_BEVERAGES FOOD_PRODUCTION FUND_RAISING FURNITURE GAMBLING_CASINOS
		GLASS_CERAMICS_CONCRETE GOVERNMENT_ADMINISTRATION GOVERNMENT_RELATIONS GRAPHIC_DESIGN HEALTH_WELLNESS_AND_FITNESS
		HIGHER_EDUCATION HOSPITAL_HEALTH_CARE HOSPITALITY HUMAN_RESOURCES IMPORT_AND_EXPORT INDIVIDUAL_FAMILY_SERVICES
		INDUSTRIAL_AUTOMATION INFORMATION_SERVICES INFORMATION_TECHNOLOGY_AND_SERVICES INSURANCE INTERNATIONAL_AFFAIRS
		INTERNATIONAL_TRADE_AND_DEVELOPMENT INVESTMENT_BANKING INVESTMENT_MANAGEMENT JUDICIARY LAW_ENFORCEMENT LAW_PRACTICE
		LEGAL_SERVICES LEGISLATIVE_OFFICE LEISURE_TRAVEL_TOURISM LIBRARIES LOGISTICS_AND_SUPPLY_CHAIN LUXURY_GOODS_JEWELRY MACHINERY
		MANAGEMENT_CONSULTING MARITIME MARKET_RESEARCH MARKETING_AND_ADVERTISING MECHANICAL_OR_INDUSTRIAL_ENGINEERING MEDIA_PRODUCTION
		MEDICAL_DEVICES MEDICAL_PRACTICE MENTAL_HEALTH_CARE MILITARY MINING_METALS MOTION_PICTURES_AND_FILM MUSEUMS_AND_INSTITUTIONS
		MUSIC NANOTECHNOLOGY NEWSPAPERS NON_PROFIT_ORGANIZATION_MANAGEMENT OIL_ENERGY ONLINE_MEDIA OUTSOURCING_OFFSHORING
		PACKAGE_FREIGHT_DELIVERY PACKAGING_AND_CONTAINERS PAPER_FOREST_PRODUCTS PERFORMING_ARTS PHARMACEUTICALS PHILANTHROPY
		PHOTOGRAPHY PLASTICS POLITICAL_ORGANIZATION PRIMARY_SECONDARY_EDUCATION PRINTING PROFESSIONAL_TRAINING_COACHING
		PROGRAM_DEVELOPMENT PUBLIC_POLICY PUBLIC_RELATIONS_AND_COMMUNICATIONS PUBLIC_SAFETY PUBLISHING RAILROAD_MANUFACTURE RANCHING
		REAL_ESTATE RECREATIONAL_FACILITIES_AND_SERVICES RELIGIOUS_INSTITUTIONS RENEWABLES_ENVIRONMENT RESEARCH RESTAURANTS RETAIL
		SECURITY_AND_INVESTIGATIONS SEMICONDUCTORS SHIPBUILDING SPORTING_GOODS SPORTS STAFFING_AND_RECRUITING SUPERMARKETS
		TELECOMMUNICATIONS TEXTILES THINK_TANKS TOBACCO TRANSLATION_AND_LOCALIZATION TRANSPORTATION_TRUCKING_RAILROAD UTILITIES
		VENTURE_CAPITAL_PRIVATE_EQUITY VETERINARY WAREHOUSING WHOLESALE WINE_AND_SPIRITS WIRELESS WRITING_AND_EDITING MOBILE_GAMES`
)
