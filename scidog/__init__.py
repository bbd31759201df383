"""SciDog (Scientific (meta)Data Organizer): selections, their store, history and client."""
