//! Rooms and bookings.

use super::Group;
use super::form::{Definition, define, form};
use super::score::only_near;

/// A room number.
pub(super) const ROOM: Definition = define("room", "ROOM_NUMBER", Group::Stay)
    .forms(&[
        form(r"\d{1,4}[A-Za-z]?", only_near(75)).within(2).case_sensitive(),
        form(r"\d{1,4}[A-Za-z]?-\d{1,4}", only_near(75)).within(0).case_sensitive(),
        form(r"[A-Za-z]-?\d{1,4}", only_near(75)).within(1).case_sensitive(),
    ])
    .words(&["room roomno rooms suite zimmer zimmernummer raum chambre chambres habitacion \
        habitaciones cuarto stanza camerad numerodicamera camerano kamer hab zi zimmernr habnr ward bed bett rm quarto quartono \
        lacamera dellacamera nellacamera pokoj pokoju vaerelse huone huoneessa szoba 部屋 部屋は 部屋番号 部屋番号は お部屋 お部屋は allacamera suacamera miacamera camerasingola cameradoppia"]);

/// A booking, reservation, order or loyalty number.
pub(super) const BOOKING: Definition = define("booking", "BOOKING_NUMBER", Group::Stay)
    .forms(&[form(r"[A-Z]{6}", only_near(65)).check(|code| code.len() == 6).within(1).case_sensitive()])
    .code(5, 16, only_near(74))
    .words(&["booking bookingref bookingcode bookingreference reservation reservationcode \
        confirmation confirmationcode confirmationnumber conf confno confcode pnr recordlocator ordernumber orderno \
        loyalty loyaltynumber membership member frequentflyer ticket itinerary buchung \
        buchungsnummer buchungscode reservierung reservierungsnummer bestellung \
        bestellnummer bestatigung bestatigungsnummer auftrag auftragsnummer reference \
        commande numerodecommande confirmacion reserva reservacion pedido prenotazione \
        ordine conferma numerodiprenotazione kundennummer customernumber customerid \
        vorgangsnummer ticketnumber mitgliedsnummer bonusnummer reservering reserveringsnummer \
        boeking boekingsnummer boekingscode numerodereservation numerodereserva numerodareserva localizador \
        klantnummer klantnr kundennr buchungsnr auftragsnr bestellnr reservierungsnr vorgangsnr kdnr kundenid resv rsvn \
        nclient ndeclient ncliente ndecliente nreservation ndereservation nreserva ndereserva ncommande ndecommande \
        n\u{b0}client n\u{ba}client n\u{b0}declient numeroclient numerodeclient numerodecliente numerocliente \
        n\u{b0}cliente n\u{ba}cliente codicecliente n\u{b0}dereservation n\u{b0}reservation n\u{ba}reserva \
        n\u{b0}decommande customerno customernr clientno clientid clientnumber trackingnumber"]);
